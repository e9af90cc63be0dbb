import { ProxyError } from '../errors.ts';
import type { Address } from '../http/address.ts';
import { holdsControl } from './control-characters.ts';

/** The target of the upstream request. Rules judge these bytes, and the same bytes are sent. */
export interface Target {
  /** Host and optional port that the caller addressed, e.g. `localhost:6546`. */
  readonly authority: string;
  /** Raw path, byte for byte as received. */
  readonly path: string;
  /** Raw query with its leading `?`, or the empty string. */
  readonly query: string;
}

// A target holds only printable ASCII (RFC 3986 §2); Node's parser accepts more.
const FORBIDDEN_CHARACTER = /[^\x21-\x7e]|[\\#]/;
const ENCODED_LINE_BREAK = /%0[0ad]/i;
const ENCODED_SEPARATOR = /%(?:25)*(?:2f|5c)/i;
const DOTS = /\.|%(?:25)*2e/i;
// Blanks may surround the dots, because Windows drops them.
const DOT_SEGMENT = /(?:^|\/)(?:%(?:25)*20)*(?:\.|%(?:25)*2e){1,2}(?:%(?:25)*20)*(?:;|%(?:25)*3b|\/|$)/i;

/**
 * The one canonical target of a request, frozen.
 *
 * Ambiguous targets (dot segments, encoded separators, control characters) are refused, never normalised, so that the
 * judged bytes are the bytes sent.
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

function refuseAmbiguity(path: string, query: string): void {
  if (FORBIDDEN_CHARACTER.test(path) || FORBIDDEN_CHARACTER.test(query)) {
    throw invalid('The target holds a control character, a space, a backslash, "#" or a non-ASCII character.');
  }
  const encoded = path.includes('%');
  if (encoded || query.includes('%')) {
    if (ENCODED_LINE_BREAK.test(path) || ENCODED_LINE_BREAK.test(query)) {
      throw invalid('The target holds %00, %0a or %0d.');
    }
    if (encoded && holdsControl(path)) throw invalid('The path holds an encoded control character.');
    if (encoded && ENCODED_SEPARATOR.test(path)) {
      throw invalid('The path holds an encoded "/" or "\\", which no MK.IO name may contain.');
    }
  }
  if (DOTS.test(path) && DOT_SEGMENT.test(path)) throw invalid('The path holds a dot segment.');
}

/** Compares whole segments: `/api/v1/x` is below `/api/v1`, `/api/v10` is not. */
function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}

function invalid(message: string): ProxyError {
  return new ProxyError('TARGET_INVALID', message);
}
