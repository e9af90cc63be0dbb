import type { IncomingHttpHeaders } from 'node:http';
import { ProxyError } from '../errors.ts';
import { isLoopback, isWildcard, readName } from '../loopback.ts';

/** What of a request tells who is calling: values as received, undefined where the field is missing. */
export interface CallerFields {
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/;
const ORIGIN = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

export function readCallerFields(headers: IncomingHttpHeaders): CallerFields {
  const site = headers['sec-fetch-site'];
  return { origin: headers.origin, secFetchSite: Array.isArray(site) ? site.join(', ') : site };
}

/** The host of an authority as one spelling: `LOCALHOST.:6546` → `localhost`. */
export function readHostname(authority: string): string {
  return readName(authority.replace(/:\d*$/, ''));
}

/**
 * Refuses a request that came by a name which is not the proxy's own: a page whose DNS name was rebound to loopback
 * still carries its own name in Host.
 *
 * @throws ProxyError HOST_REFUSED (403)
 */
export function requireOwnHost(authority: string, listenerHost: string): void {
  const host = readHostname(authority);
  // Browsers reach loopback by 0.0.0.0 and then send neither Origin nor fetch metadata.
  if (!isWildcard(host)) {
    if (isLoopback(host) || host === readName(listenerHost)) return;
    // Beyond loopback any address may be the listener's; only a name can be rebound.
    if (!isLoopback(listenerHost) && ADDRESS.test(host)) return;
  }
  throw new ProxyError('HOST_REFUSED', 'The proxy was called by a host name that is not its own.');
}

/**
 * Refuses what a page of a foreign origin caused. Programs send neither field and pass.
 *
 * @throws ProxyError ORIGIN_REFUSED (403)
 */
export function refuseForeignPages({ origin, secFetchSite }: CallerFields): void {
  if (origin === undefined) {
    if (secFetchSite !== 'cross-site' && secFetchSite !== 'same-site') return;
  } else if (isLoopback(ORIGIN.exec(origin)?.[1] ?? '')) return;
  throw new ProxyError('ORIGIN_REFUSED', 'A web page of another origin caused this request.');
}
