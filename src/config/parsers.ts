import { isIPv6 } from 'node:net';
import { isForwardable } from '../http/forwarded.ts';

/** Stricter than the URL parser, which drops line breaks, reads `\\` as `/` and resolves dot segments. */
export function parseOrigin(text: string): string {
  const [, scheme, authority = '', rest = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) throw new TypeError('is not an absolute URL');
  if (!/^https?$/i.test(scheme)) throw new TypeError('is neither https nor http');
  if (authority.includes('@')) throw new TypeError('carries user information');
  if (rest.includes('?')) throw new TypeError('has a query');
  if (rest.includes('#')) throw new TypeError('has a fragment');
  if (rest !== '' && rest !== '/') throw new TypeError('has a path');
  if (!/^[\w.:[\]-]+$/.test(authority) || !URL.canParse(text)) throw new TypeError('has no valid host');
  return new URL(text).origin;
}

export function parseHost(text: string): string {
  const bare = text.replace(/^\[(.+)\]$/, '$1');
  if (isIPv6(bare)) return bare;
  if (!/^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(bare)) throw new TypeError('is not a host');
  return bare.toLowerCase();
}

/** A host name, or `.suffix` for all subdomains. Ports are refused, as they are not compared. */
export function parseHostPattern(text: string): string {
  const below = text.startsWith('.');
  const name = parseHost((below ? text.slice(1) : text).replace(/\.$/, ''));
  if (/^[\d.]*$|^0x/.test(name) && below) throw new TypeError('holds a suffix that is no name');
  return below ? `.${name}` : name;
}

export function parseName(text: string): string {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(text)) throw new TypeError('is not a name');
  return text;
}

/** Prefixes must be canonical: they are compared with canonical targets. */
export function parsePrefix(text: string): string {
  const prefix = text.replace(/\/$/, '');
  if (!text.startsWith('/')) throw new TypeError('holds a path that does not start with /');
  if (prefix === '') throw new TypeError('holds the bare /, which would forward everything');
  if (prefix.includes('//')) throw new TypeError('holds a path with an empty segment');
  if (prefix.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new TypeError('holds a path with a dot segment');
  }
  if (!/^[\w/\-.~!$&'()*+;=:@]+$/.test(prefix)) throw new TypeError('holds a path with a character that is not plain');
  return prefix;
}

export function parseForwardHeader(text: string): string {
  const field = text.toLowerCase();
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(field)) throw new TypeError('holds what is not a header name');
  if (!isForwardable(field)) throw new TypeError(`holds ${field.replaceAll('_', '-')}, which is never forwarded`);
  return field;
}

/** Errors do not quote the URL, as it contains a password. */
export function parseRedisUrl(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new TypeError('is no address of a Redis');
  }
  if (!/^(?:\/\d{0,6})?$/.test(url.pathname)) throw new TypeError('names a database that is no number');
  if (!isDecodable(url.password) || !isDecodable(url.username)) throw new TypeError('has a % that is no escape');
  return text.trim();
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
