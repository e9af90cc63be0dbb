import { readCombined } from '../http/fields.ts';
import { HOP_BY_HOP, isForwarded } from '../http/forwarded.ts';
import { limitCodings } from './content-coding.ts';

// Fields about the whole origin, which is the proxy's own here, and fields that the proxy sets itself.
const ORIGINS_OWN = new Set([
  'alt-svc',
  'clear-site-data',
  'content-security-policy',
  'cross-origin-resource-policy',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  'x-content-type-options',
  'x-mkio-proxy-error',
  'x-request-id',
]);
const LINKS = new Set(['location', 'content-location', 'azure-asyncoperation']);

/**
 * The request header for the upstream, without Host and Authorization.
 *
 * @param raw field lines as received
 * @param connection the combined Connection field, whose names are dropped (RFC 9110 §7.6.1)
 * @param extra lower-case names that a setting adds to the allow-list
 */
export function requestFields(
  raw: readonly string[],
  connection: string | undefined,
  extra: readonly string[],
): string[] {
  const named = readNames(connection);
  const fields: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i]?.toLowerCase(), raw[i + 1]];
    if (!isForwarded(name, extra) || named?.has(name)) continue;
    fields.push(name, name === 'accept-encoding' ? limitCodings(value) : value);
  }
  return fields;
}

export interface AnswerPasses {
  /** Maps an absolute link of the upstream's origin to the proxy. */
  readonly mapLink: (link: string) => string;
  /** Masks only the tokens: a signed link must reach the caller intact. */
  readonly maskTokens: (text: string) => string;
  readonly requestId: string;
  /** Fields of the proxy itself, e.g. CORS and rate limits. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** The answer's header for the caller, without the names in `drop`. */
export function answerFields(
  raw: readonly string[],
  { mapLink, maskTokens, requestId, own }: AnswerPasses,
  drop?: ReadonlySet<string>,
): string[] {
  const named = readNames(readCombined(raw, 'connection'));
  const fields: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [written = '', value = ''] = [raw[i], raw[i + 1]];
    const name = written.toLowerCase();
    if (maskTokens(written) !== written) continue; // a masked name is not a valid field name
    if (HOP_BY_HOP.has(name) || ORIGINS_OWN.has(name) || name.startsWith('access-control-')) continue;
    if (drop?.has(name) || named?.has(name)) continue;
    fields.push(name, maskTokens(LINKS.has(name) ? mapLink(value) : value));
  }
  fields.push(
    'x-content-type-options',
    'nosniff',
    'content-security-policy',
    'sandbox',
    'cross-origin-resource-policy',
    'same-origin',
    'x-request-id',
    requestId,
  );
  for (const name in own) fields.push(name, String(own[name]));
  return fields;
}

function readNames(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
}
