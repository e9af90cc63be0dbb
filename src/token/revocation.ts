import type { TokenLog, TokenStore } from './store.ts';

export interface RevocationOptions {
  readonly token: Pick<TokenStore, 'status' | 'markRevoked'>;
  /** Reads the list without sending the token. */
  readonly readList: () => Promise<string>;
  readonly everyMs: number;
  readonly log: Pick<TokenLog, 'info'>;
}

/**
 * Checks periodically whether MK.IO lists the token as revoked. If the list cannot be read, the token's state stays as it is.
 *
 * @returns stops it
 */
export function watchRevocations({ token, readList, everyMs, log }: RevocationOptions): () => void {
  let failing = false;
  const look = async (): Promise<void> => {
    const { jti } = token.status();
    if (jti === undefined) return;
    try {
      if (readRevoked(await readList()).includes(jti)) token.markRevoked(jti);
      failing = false;
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no such list';
      if (!failing) log.info({ event: 'token', reason }, "MK.IO's list of revoked tokens could not be read");
      failing = true;
    }
  };
  void look();
  const timer = setInterval(() => void look(), everyMs).unref();
  return () => clearInterval(timer);
}

/**
 * Parses `{"revokedTokens":[…]}`.
 *
 * @throws Error if the text is not such a list
 */
export function readRevoked(text: string): readonly unknown[] {
  const { revokedTokens } = JSON.parse(text) as { readonly revokedTokens?: unknown };
  if (!Array.isArray(revokedTokens)) throw new Error('no list of revoked tokens');
  return revokedTokens;
}
