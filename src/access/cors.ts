import type { IncomingHttpHeaders } from 'node:http';
import { FORWARDED_METHODS } from '../http/methods.ts';

/** Header fields of an answer. */
export type Fields = Readonly<Record<string, string>>;

const EXPOSED = ['x-request-id', 'x-mkio-proxy-error', 'retry-after', 'location', 'content-disposition'].join(', ');
const METHODS = FORWARDED_METHODS.join(', ');
// What clients send out of habit; it is dropped, or is the caller's key.
const CREDENTIALS = new Set(['authorization', 'x-mkio-token']);
const MAX_AGE_SECONDS = '600';

/** Whether this is the browser's question before a request (Fetch §3.2.2), which is answered here. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** What lets a page of an allowed origin read an answer, refusals included (Fetch §3.2.3). Never with credentials. */
export function renderCors(origin: string): Fields {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED, vary: 'Origin' };
}

/**
 * The answer to a preflight of an allowed origin, beside `renderCors`.
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
    // A public page that the operator allowed asks before it reaches a private address (Private Network Access §3.2).
    ...('access-control-request-private-network' in headers && { 'access-control-allow-private-network': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Private-Network',
  };
}
