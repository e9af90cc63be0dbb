import type { TokenState, TokenStatus } from '../token/store.ts';

/** What the operator sees of the token. */
export interface TokenView {
  readonly state: TokenState;
  readonly source: string;
  readonly hash: string | undefined;
  /** Milliseconds since 1970; absent where nothing tells. */
  readonly expiresAtMs: number | undefined;
  /** Why it could not be read the last time. */
  readonly failure: string | undefined;
  readonly reloads: number;
  readonly unauthorized: number;
  readonly lastUnauthorizedAtMs: number | undefined;
  readonly type: 'JWT' | 'opaque' | undefined;
}

export function viewToken({
  state,
  source,
  hash,
  expiresAtMs,
  failure,
  reloads,
  unauthorized,
  lastUnauthorizedAtMs,
  type,
}: TokenStatus): TokenView {
  return { state, source, hash, expiresAtMs, failure, reloads, unauthorized, lastUnauthorizedAtMs, type };
}
