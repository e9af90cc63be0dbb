import type { FastifyPluginCallback } from 'fastify';
import { ProxyError } from '../errors.ts';
import type { TokenStore } from '../token/store.ts';
import { json, object, text } from './schemas.ts';

export interface ReloadAnswer {
  readonly changed: boolean;
  /** Absent if there is no token yet. */
  readonly hash: string | undefined;
  readonly source: string;
  /** ISO 8601; absent if unknown. */
  readonly expiresAt?: string;
}

const RELOAD = {
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

type ReloadableToken = Pick<TokenStore, 'reload' | 'status'>;

export const tokenReloadRoute: FastifyPluginCallback<{ readonly token: ReloadableToken }> = (app, { token }, done) => {
  app.post('/token/reload', { schema: RELOAD }, () => reloadToken(token));
  done();
};

/** @throws ProxyError TOKEN_UNAVAILABLE (503) if the source gives no valid token; the last good token stays in use */
async function reloadToken(token: ReloadableToken): Promise<ReloadAnswer> {
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
