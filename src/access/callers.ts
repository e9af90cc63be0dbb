import { createHash, timingSafeEqual } from 'node:crypto';
import { ProxyError } from '../errors.ts';

/** A caller and the hash of its key. */
export interface CallerEntry {
  readonly name: string;
  readonly sha256: Buffer;
}

const LINE = /^([\w.@-]{1,64}):([0-9a-f]{64})$/i;
const CHALLENGE = { 'www-authenticate': 'Bearer realm="mkio-proxy"' };

export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** A line of a keys file. */
export const renderCallerLine = ({ name, sha256 }: CallerEntry): string => `${name}:${sha256.toString('hex')}`;

export interface ParsedCallers {
  readonly entries: readonly CallerEntry[];
  /** 1-based numbers of the lines that are neither an entry, a `#` comment nor blank. */
  readonly wrongLines: readonly number[];
}

export function parseCallers(text: string): ParsedCallers {
  const entries: CallerEntry[] = [];
  const wrongLines: number[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, hex] = LINE.exec(line) ?? [];
    if (name === undefined || hex === undefined) wrongLines.push(index + 1);
    else entries.push({ name, sha256: Buffer.from(hex, 'hex') });
  }
  return { entries, wrongLines };
}

/**
 * The name of the caller, by the key in the Authorization field (RFC 6750 §2.1). Compares with every entry, so that the time
 * does not depend on the match.
 *
 * @param hint replaces the hint of the error table
 * @throws ProxyError CALLER_UNAUTHENTICATED (401)
 */
export function requireCaller(
  authorization: string | undefined,
  entries: readonly CallerEntry[],
  hint?: string,
): string {
  const [, key] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (key === undefined) throw unauthenticated('The request carries no key.', hint);
  const hash = hashKey(key);
  const found = entries.filter(({ sha256 }) => timingSafeEqual(sha256, hash));
  if (found[0] === undefined) throw unauthenticated('The key of the request is not known here.', hint);
  return found[0].name;
}

const unauthenticated = (message: string, hint?: string): ProxyError =>
  new ProxyError('CALLER_UNAUTHENTICATED', message, { headers: CHALLENGE, ...(hint !== undefined && { hint }) });
