/** Field lines as name, value, name, value …: the form of `rawHeaders`, undici and `writeHead`. */
export type FieldLines = string[];

// Allow-list: what a request to MK.IO may say. Everything else stays here, credentials above all.
const FORWARDED = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'baggage',
  'content-digest',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'digest',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'prefer',
  'range',
  'repr-digest',
  'traceparent',
  'tracestate',
  'user-agent',
  'want-content-digest',
  'want-digest',
  'want-repr-digest',
  'x-request-id',
]);
// Ours or the connection's alone, whatever a setting says.
const NEVER = new Set(['authorization', 'cookie', 'host', 'proxy-authorization', 'x-mkio-token']);
// Says that the request is another than the one that was judged: X-HTTP-Method-Override, X-Original-URL, X-Rewrite-URL.
const OVERRIDE = /method|override|original|rewrite/;
const VENDOR = /^x-(?:ms|mkio)-/;
// What callers and the operator say to this proxy.
const TO_PROXY = 'x-mkio-proxy-';
const CREDENTIAL =
  /auth|bearer|cookie|credential|jwt|key|pass(?:phrase|word)|principal|sas|secret|session|signature|token/;

// RFC 9110 §7.6.1, and the fields that only mean something to one connection.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
// Fields that speak for the whole origin, which is the proxy's here, or that the proxy sets itself.
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
 * The request header as it goes upstream, without Host and Authorization.
 *
 * @param raw field lines as received
 * @param connection the combined Connection field, whose names are dropped (RFC 9110 §7.6.1)
 * @param extra lower-case names that a setting adds to the allow-list
 */
export function requestFields(
  raw: readonly string[],
  connection: string | undefined,
  extra: readonly string[],
): FieldLines {
  const named = readNames(connection);
  const fields: FieldLines = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i]?.toLowerCase(), raw[i + 1]];
    if (!isForwarded(name, extra) || named?.has(name)) continue;
    fields.push(name, value);
  }
  return fields;
}

/**
 * Whether a request header field goes upstream.
 *
 * @param name lower-case
 * @param extra lower-case names that a setting adds to the allow-list
 */
export function isForwarded(name: string, extra: readonly string[]): boolean {
  if (FORWARDED.has(name)) return true;
  return (
    !NEVER.has(name) &&
    !OVERRIDE.test(name) &&
    !name.startsWith(TO_PROXY) &&
    (extra.includes(name) || (VENDOR.test(name) && !CREDENTIAL.test(name)))
  );
}

export interface AnswerPasses {
  /** Maps an absolute link of the upstream's origin to the proxy. */
  readonly mapLink: (link: string) => string;
  /** Masks the tokens and nothing else: a signed link has to reach the caller as it is. */
  readonly maskTokens: (text: string) => string;
  readonly requestId: string;
  /** What the proxy itself has to say in the header, e.g. of CORS or of a rate limit. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** The answer's header as it goes to the caller, with the names in `drop` left out too. */
export function answerFields(
  raw: readonly string[],
  { mapLink, maskTokens, requestId, own }: AnswerPasses,
  drop?: ReadonlySet<string>,
): FieldLines {
  const named = readNames(readField(raw, 'connection'));
  const fields: FieldLines = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [written = '', value = ''] = [raw[i], raw[i + 1]];
    const name = written.toLowerCase();
    if (maskTokens(written) !== written) continue; // a mask is no field name
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

/** The combined value of a field (RFC 9110 §5.3). */
export function readField(raw: readonly string[], name: string): string | undefined {
  let combined: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const written = raw[i];
    if (written?.length !== name.length || written.toLowerCase() !== name) continue;
    combined = combined === undefined ? raw[i + 1] : `${combined}, ${raw[i + 1]}`;
  }
  return combined;
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
