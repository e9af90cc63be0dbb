import { ProxyError } from '../errors.ts';

/** What will be requested: judged as it stands here, and sent as it stands here. */
export interface Target {
  /** Host and optional port by which the caller addressed the proxy, e.g. `localhost:6546`. */
  readonly authority: string;
  /** Raw path, byte for byte as received. */
  readonly path: string;
  /** Raw query with its leading `?`, or the empty string. */
  readonly query: string;
}

export interface RequestLine {
  /** Request-target as received (RFC 9112 §3.2). */
  readonly url: string;
  /** Every Host field line of the request. */
  readonly hosts: readonly string[];
}

/** Whom the caller addressed, and what it asked for there. */
export interface Address {
  readonly authority: string;
  /** Path and query as received. */
  readonly pathAndQuery: string;
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;
const AUTHORITY = /^(?:[a-z0-9._~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i;
// Only printable ASCII may stand in a target (RFC 3986 §2); Node's parser lets more through.
const FORBIDDEN_CHARACTER = /[^\x21-\x7e]|[\\#]/;
const ENCODED_LINE_BREAK = /%0[0ad]/i;
const ENCODED_SEPARATOR = /%(?:25)*(?:2f|5c)/i;
const DOTS = /\.|%(?:25)*2e/i;
const DOT_SEGMENT = /(?:^|\/)(?:\.|%(?:25)*2e){1,2}(?:;|%(?:25)*3b|\/|$)/i;

/** Every Host line: Node's `headers.host` is the first alone. */
export function readHosts(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === 'host') hosts.push(rawHeaders[i + 1] ?? '');
  }
  return hosts;
}

/**
 * The authority of an absolute-form target counts before Host (RFC 9112 §3.2.2).
 *
 * @throws ProxyError TARGET_INVALID (400)
 */
export function resolveAddress({ url, hosts }: RequestLine): Address {
  const [host] = hosts;
  // RFC 9112 §3.2: a request without exactly one Host is answered 400; Node's parser lets two pass.
  if (host === undefined || hosts.length > 1) throw invalid('The request must carry exactly one Host header.');
  const address = url.startsWith('/') ? { authority: host, pathAndQuery: url } : resolveAbsoluteForm(url);
  if (!AUTHORITY.test(address.authority)) throw invalid('The Host of the request is not a valid authority.');
  return address;
}

/**
 * The one canonical target of a request, frozen.
 *
 * Nothing is normalised: what an upstream might read in two ways (dot segments, encoded separators, control characters)
 * is refused instead, so that the bytes that were judged are the bytes that are sent.
 *
 * @throws ProxyError TARGET_INVALID (400), NOT_FORWARDED (404)
 */
export function resolveTarget({ authority, pathAndQuery }: Address, prefixes: readonly string[]): Target {
  const queryAt = pathAndQuery.indexOf('?');
  const path = queryAt === -1 ? pathAndQuery : pathAndQuery.slice(0, queryAt);
  const query = queryAt === -1 ? '' : pathAndQuery.slice(queryAt);
  refuseAmbiguity(path, query);
  if (!prefixes.some((prefix) => isBelow(path, prefix))) {
    throw new ProxyError('NOT_FORWARDED', `Nothing is forwarded at this path, only below ${prefixes.join(', ')}.`);
  }
  return Object.freeze({ authority, path, query });
}

function resolveAbsoluteForm(url: string): Address {
  const [, authority, pathAndQuery] = ABSOLUTE_FORM.exec(url) ?? [];
  if (authority === undefined || pathAndQuery === undefined) {
    throw invalid('The request-target must be a path or an http(s) URL; "*" and the authority form are not forwarded.');
  }
  return { authority, pathAndQuery };
}

function refuseAmbiguity(path: string, query: string): void {
  if (FORBIDDEN_CHARACTER.test(path) || FORBIDDEN_CHARACTER.test(query)) {
    throw invalid('The target holds a control character, a space, a backslash, "#" or a non-ASCII character.');
  }
  const encoded = path.includes('%');
  if (encoded || query.includes('%')) {
    if (ENCODED_LINE_BREAK.test(path) || ENCODED_LINE_BREAK.test(query)) {
      throw invalid('The target holds %00, %0a or %0d.');
    }
    if (encoded && ENCODED_SEPARATOR.test(path)) {
      throw invalid('The path holds an encoded "/" or "\\", which no MK.IO name may contain.');
    }
  }
  if (DOTS.test(path) && DOT_SEGMENT.test(path)) throw invalid('The path holds a dot segment.');
}

/** Whether `prefix` is all of the path's first segments: `/api/v1` holds `/api/v1` and `/api/v1/x`, not `/api/v10`. */
function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}

function invalid(message: string): ProxyError {
  return new ProxyError('TARGET_INVALID', message);
}
