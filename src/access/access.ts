import type { IncomingHttpHeaders } from 'node:http';
import { ProxyError } from '../errors.ts';
import { isLoopback, isPort, isWildcard, readName } from '../http/hosts.ts';

/** Header fields that name the page behind a request: values as received. */
export interface CallerFields {
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
  readonly secFetchDest: string | undefined;
  readonly secPurpose: string | undefined;
  readonly referer: string | undefined;
}

export interface AccessOptions {
  /** Name or address that the listener is bound to. */
  readonly host: string;
  /** Lower-case host names, or `.suffix` for the names below. */
  readonly allowedHosts: readonly string[];
  /** Serialized origins, e.g. `https://app.example.com`. */
  readonly allowedOrigins: readonly string[];
}

export interface Access {
  /** @throws ProxyError HOST_REFUSED (403) */
  readonly requireOwnHost: (authority: string) => void;
  /** @throws ProxyError ORIGIN_REFUSED (403) */
  readonly refuseForeignPages: (fields: CallerFields) => void;
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/;
const ORIGIN = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d+))?$/;

export function readCallerFields(headers: IncomingHttpHeaders): CallerFields {
  return {
    origin: headers.origin,
    secFetchSite: readCombined(headers['sec-fetch-site']),
    secFetchDest: readCombined(headers['sec-fetch-dest']),
    secPurpose: readCombined(headers['sec-purpose']),
    referer: headers.referer,
  };
}

function readCombined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The normalised host of an authority: `LOCALHOST.:6546` → `localhost`. */
export function readHostname(authority: string): string {
  return readName(authority.replace(/:\d*$/, ''));
}

/** Checks Host and the page that a browser reports. Programs report no page and pass. */
export function createAccess({ host: bound, allowedHosts, allowedOrigins }: AccessOptions): Access {
  const own = readName(bound);
  const origins = new Set(allowedOrigins);
  const servesLoopback = isLoopback(own);

  const isOwnHost = (host: string): boolean => {
    // Browsers reach loopback through 0.0.0.0 and then send neither Origin nor fetch metadata.
    if (isWildcard(host)) return false;
    if (isLoopback(host) || host === own || allowedHosts.some((allowed) => matchesHost(host, allowed))) return true;
    // Beyond loopback, any IP address may be the listener's. Only names can be rebound.
    return !servesLoopback && ADDRESS.test(host);
  };
  const isAllowedOrigin = (origin: string): boolean =>
    origins.has(origin) || (servesLoopback && isLoopbackOrigin(origin));

  return {
    // After DNS rebinding, a page still sends its own name as Host.
    requireOwnHost: (authority) => {
      if (isOwnHost(readHostname(authority))) return;
      throw new ProxyError('HOST_REFUSED', 'The proxy was called by a host name that is not its own.');
    },
    refuseForeignPages: ({ origin, secFetchSite, secFetchDest, secPurpose, referer }) => {
      if (origin !== undefined) {
        if (isAllowedOrigin(origin)) return;
      } else if (secFetchSite !== undefined) {
        if (secFetchSite === 'same-origin') return;
        // Chromium also sends `none` for speculation rules of any page, as for an address that the user typed.
        if (secFetchSite === 'none' && secPurpose === undefined && isTopLevel(secFetchDest)) return;
      } else if (referer === undefined || isAllowedOrigin(readOrigin(referer))) return;
      throw new ProxyError('ORIGIN_REFUSED', 'A web page of another origin caused this request.');
    },
  };
}

/**
 * For requests that change something: only pages of this listener may send them.
 *
 * @param own origin by which the listener was addressed
 * @throws ProxyError ORIGIN_REFUSED (403)
 */
export function requireOwnPage({ origin, secFetchSite, referer }: CallerFields, own: string): void {
  const isOwn =
    (origin === undefined || origin === own) &&
    (secFetchSite === undefined || secFetchSite === 'none' || secFetchSite === 'same-origin') &&
    (referer === undefined || readOrigin(referer) === own);
  if (isOwn) return;
  throw new ProxyError('ORIGIN_REFUSED', 'A web page that is not of this listener caused this request.', {
    hint: 'Call it from a program, or from a page that this listener serves.',
  });
}

/** Not in a frame, an object or anything else of a page. */
const isTopLevel = (dest: string | undefined): boolean => dest === undefined || dest === 'document';

function isLoopbackOrigin(origin: string): boolean {
  const [, host, port] = ORIGIN.exec(origin) ?? [];
  return host !== undefined && isLoopback(host) && isPort(port);
}

/** `.example.com` matches every name below it, but not example.com itself. */
function matchesHost(host: string, allowed: string): boolean {
  return allowed.startsWith('.') ? host.length > allowed.length && host.endsWith(allowed) : host === allowed;
}

function readOrigin(url: string): string {
  return /^https?:\/\/[^/?#]*/.exec(url)?.[0] ?? '';
}
