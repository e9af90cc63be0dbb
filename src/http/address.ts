import { ProxyError } from '../errors.ts';
import { isPort } from './hosts.ts';

export interface RequestLine {
  /** Request-target as received (RFC 9112 §3.2). */
  readonly url: string;
  /** Every Host field line of the request. */
  readonly hosts: readonly string[];
}

/** The authority that the caller addressed, with the path and query of its request. */
export interface Address {
  /** Host and optional port, e.g. `localhost:6546`. */
  readonly authority: string;
  /** As received. */
  readonly pathAndQuery: string;
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;
const AUTHORITY = /^(?:[a-z0-9._~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::(\d*))?$/i;

/** Every Host line. Node's `headers.host` has only the first. */
export function readHosts(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === 'host') hosts.push(rawHeaders[i + 1] ?? '');
  }
  return hosts;
}

/**
 * The authority of an absolute-form target overrides Host (RFC 9112 §3.2.2).
 *
 * @throws ProxyError TARGET_INVALID (400)
 */
export function resolveAddress({ url, hosts }: RequestLine): Address {
  const [host] = hosts;
  // RFC 9112 §3.2 requires exactly one Host; Node's parser accepts two.
  if (host === undefined || hosts.length > 1) throw invalid('The request must carry exactly one Host header.');
  const address = url.startsWith('/') ? { authority: host, pathAndQuery: url } : resolveAbsoluteForm(url);
  const found = AUTHORITY.exec(address.authority);
  if (found === null || !isPort(found[1])) throw invalid('The Host of the request is not a valid authority.');
  return address;
}

function resolveAbsoluteForm(url: string): Address {
  const [, authority, pathAndQuery] = ABSOLUTE_FORM.exec(url) ?? [];
  if (authority === undefined || pathAndQuery === undefined) {
    throw invalid('The request-target must be a path or an http(s) URL; "*" and the authority form are not forwarded.');
  }
  return { authority, pathAndQuery };
}

function invalid(message: string): ProxyError {
  return new ProxyError('TARGET_INVALID', message);
}
