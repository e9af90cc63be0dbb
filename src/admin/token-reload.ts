import { ProxyError } from '../errors.ts';
import type { TokenStore } from '../token/store.ts';
import { json, object, text } from './schemas.ts';

export interface ReloadAnswer {
  readonly changed: boolean;
  /** Absent where there is no token yet. */
  readonly hash: string | undefined;
  readonly source: string;
  /** ISO 8601; absent where nothing tells. */
  readonly expiresAt?: string;
}

export const RELOAD = {
  summary: "Read the token's source again",
  response: {
    200: json(
      'Whether it brought another token.',
      object<keyof ReloadAnswer>(
        {
          changed: { type: 'boolean' },
          hash: text('Of the token.'),
          source: text('Where it comes from.'),
          expiresAt: text('ISO 8601.'),
        },
        ['hash', 'expiresAt'],
      ),
    ),
  },
};

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
    throw new ProxyError('TOKEN_UNAVAILABLE', message, {
      hint,
      cause,
      extraDetail: { source, kept: hash ?? 'none', state },
    });
  }
  return {
    changed,
    hash,
    source,
    ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs).toISOString() }),
  };
}
