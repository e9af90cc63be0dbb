import type { BodyMapper } from './body-mapper.ts';

/** Longest encoding of a link from its key to the end of the origin: bounds the bytes held back. */
const MAX_WINDOW = 512;
const KEY = Buffer.from('"@odata.nextLink"');
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

export interface LinkMap {
  /** Maps an absolute or scheme-relative link of the upstream's origin to `base`; others stay unchanged. */
  readonly mapLink: (link: string, base: string) => string;
  /** A mapper for one JSON body. */
  readonly createBodyMapper: (base: string) => BodyMapper;
}

/**
 * Maps links to the upstream's origin to the address that the caller used, so that callers stay on the proxy.
 *
 * @param upstream origin, e.g. `https://app.mk.io`
 */
export function createLinkMap(upstream: string): LinkMap {
  const link = new RegExp(`^${originPattern(upstream, '/')}(?=[/?#]|$)`, 'i');
  // In JSON a slash may be escaped (RFC 8259 §7).
  const value = new RegExp(
    `^"@odata\\.nextLink"([ \\t\\r\\n]*:[ \\t\\r\\n]*")${originPattern(upstream, String.raw`\\?/`)}(?=[/?#"\\\\])`,
    'i',
  );
  return {
    mapLink: (text, base) => text.replace(link, () => base),
    createBodyMapper: (base) => createBodyMapper(value, base),
  };
}

function originPattern(upstream: string, slash: string): string {
  const { protocol, hostname, port } = new URL(upstream);
  const defaultPort = DEFAULT_PORTS[protocol];
  const suffix = port === '' ? `(?::${defaultPort})?` : `:${port}`;
  return `(?:${protocol})?${slash}${slash}${hostname.replace(/[.[\]]/g, String.raw`\$&`)}${suffix}`;
}

/**
 * Held back are only a start of the key at the end of a chunk, and after a key the bytes that show whether its value
 * starts with the upstream's origin. A string value cannot contain the quoted key, because its quotes are escaped.
 */
function createBodyMapper(value: RegExp, base: string): BodyMapper {
  let held: Buffer = Buffer.alloc(0);

  const map = (input: Buffer, last: boolean): Buffer => {
    const out: Buffer[] = [];
    let copied = 0;
    let end = input.length;
    for (let at = input.indexOf(KEY); at !== -1; at = input.indexOf(KEY, at)) {
      const window = input.toString('latin1', at, at + MAX_WINDOW);
      if (window.length < MAX_WINDOW && !last && isUndecided(window)) {
        end = at;
        break;
      }
      const match = value.exec(window);
      if (match === null) {
        at += KEY.length;
      } else {
        out.push(input.subarray(copied, at), Buffer.from(`"@odata.nextLink"${match[1]}${base}`));
        at += match[0].length;
        copied = at;
      }
    }
    if (!last && end === input.length) end -= beginningOfKeyAtEnd(input, copied);
    held = input.subarray(end);
    if (copied === 0 && end === input.length) return input;
    return Buffer.concat([...out, input.subarray(copied, end)]);
  };

  const take = (chunk: Buffer): Buffer => {
    const input = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    return input;
  };

  return {
    push: (chunk) => map(take(chunk), false),
    isHolding: () => false,
    release: () => Buffer.alloc(0),
    flush: () => map(take(Buffer.alloc(0)), true),
    whole: (body) => map(body, true),
  };
}

/** Whether the value has begun but its origin is still incomplete. */
function isUndecided(window: string): boolean {
  return /^"@odata\.nextLink"[ \t\r\n]*(?::[ \t\r\n]*(?:"[^"?#]*)?)?$/.test(window);
}

function beginningOfKeyAtEnd(input: Buffer, from: number): number {
  // The key is quoted, so a start of it begins at the last quote.
  const at = input.lastIndexOf(KEY[0] ?? 0);
  const length = input.length - at;
  if (at < from || length >= KEY.length) return 0;
  return input.compare(KEY, 0, length, at) === 0 ? length : 0;
}
