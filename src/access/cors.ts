import type { IncomingHttpHeaders } from 'node:http';
import { FORWARDED_METHODS } from '../http/methods.ts';

export type Fields = Readonly<Record<string, string>>;

const EXPOSED = ['x-request-id', 'x-mkio-proxy-error', 'retry-after', 'location', 'content-disposition'].join(', ');
const METHODS = FORWARDED_METHODS.join(', ');
// Clients send these out of habit. They are the caller's key, or are dropped.
const CREDENTIALS = new Set(['authorization', 'x-mkio-token']);
const MAX_AGE_SECONDS = '600';

/** Fetch §3.2.2. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** Lets a page of an allowed origin read the answer, refusals included (Fetch §3.2.3). Never with credentials. */
export function renderCors(origin: string): Fields {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED, vary: 'Origin' };
}

/**
 * The answer to a preflight of an allowed origin, in addition to `renderCors`.
 *
 * @param isForwarded whether a request header field of this lower-case name goes upstream
 */
export function renderPreflight(headers: IncomingHttpHeaders, isForwarded: (name: string) => boolean): Fields {
  const asked = headers['access-control-request-headers']?.toLowerCase().split(',') ?? [];
  const allowed = asked.map((name) => name.trim()).filter((name) => CREDENTIALS.has(name) || isForwarded(name));
  return {
    'access-control-allow-methods': METHODS,
    'access-control-max-age': MAX_AGE_SECONDS,
    ...(allowed.length > 0 && { 'access-control-allow-headers': allowed.join(', ') }),
    // Browsers ask before an allowed public page reaches a private address (Private Network Access §3.2).
    ...('access-control-request-private-network' in headers && { 'access-control-allow-private-network': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Private-Network',
  };
}
