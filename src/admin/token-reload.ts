import { ProxyError } from '../errors.ts';
import type { TokenStore } from '../token/store.ts';

export interface ReloadAnswer {
  readonly changed: boolean;
  readonly hash: string;
  readonly source: string;
  /** ISO 8601; absent where nothing tells. */
  readonly expiresAt?: string;
}

/**
 * Reads the token's source again.
 *
 * @throws ProxyError TOKEN_UNAVAILABLE (503), where it gives none and the last good token stays
 */
export async function reloadToken(token: Pick<TokenStore, 'reload' | 'status'>): Promise<ReloadAnswer> {
  const { changed, failure } = await token.reload();
  const { hash, source, state, expiresAtMs } = token.status();
  if (failure !== undefined) {
    const { message, hint, cause } = failure;
    throw new ProxyError('TOKEN_UNAVAILABLE', message, { hint, cause, extraDetail: { source, kept: hash, state } });
  }
  return {
    changed,
    hash,
    source,
    ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs).toISOString() }),
  };
}
