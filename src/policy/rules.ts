import { ProxyError } from '../errors.ts';
import type { Target } from './target.ts';

const TOKEN_OPERATION = /^\/api\/v1\/(?:user|organization)\/tokens(?:\/|$)/i;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses to let a caller mint or revoke tokens: a minted one would be the secret after all, in the answer.
 *
 * @throws ProxyError OPERATION_REFUSED (403)
 */
export function refuseTokenOperations(method: string, target: Target): void {
  if (READS.has(method)) return;
  if (TOKEN_OPERATION.test(readFoldedPath(target.path))) {
    throw new ProxyError('OPERATION_REFUSED', 'Callers of the proxy may not create or revoke MK.IO tokens.');
  }
}

/** The path as a lenient upstream might read it: decoded, parameters cut off, runs of slashes folded. */
function readFoldedPath(path: string): string {
  return decodeLeniently(path)
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/');
}

function decodeLeniently(path: string): string {
  const decoded = path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return decoded === path ? path : decodeLeniently(decoded);
}
