import { ProxyError } from '../errors.ts';
import { readClaims } from './jwt.ts';

export interface TokenStore {
  /** Throws TOKEN_EXPIRED instead of spending a request on a token that MK.IO will refuse. */
  readonly current: () => string;
  /** Every token this process has held, so that each can be masked. */
  readonly held: readonly string[];
}

export function createTokenStore(token: string, now: () => number = Date.now): TokenStore {
  const exp = readClaims(token)?.exp;
  const expiresAtMs = exp === undefined ? Infinity : exp * 1_000;
  return {
    held: [token],
    current: () => {
      if (now() < expiresAtMs) return token;
      throw new ProxyError('TOKEN_EXPIRED', 'the MK.IO token of the proxy has expired');
    },
  };
}
