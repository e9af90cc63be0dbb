import { createHash } from 'node:crypto';
import type { ExposedFile } from './file.ts';
import { readClaims } from './jwt.ts';
import type { FoundToken } from './sources.ts';

export interface HeldToken {
  readonly token: string;
  /** The first 8 hex digits of its SHA-256. */
  readonly hash: string;
  readonly type: 'JWT' | 'opaque';
  readonly jti: string | undefined;
  /** The earlier of the expiry in the token and the one from its source. */
  readonly expiresAtMs: number | undefined;
  readonly exposed: ExposedFile | undefined;
  readonly sinceMs: number;
  revoked: boolean;
}

export function holdToken({ token, expiresAtMs, exposed }: FoundToken, sinceMs: number): HeldToken {
  const claims = readClaims(token);
  const { jti, exp } = claims ?? {};
  const ends = [expiresAtMs, exp === undefined ? undefined : exp * 1_000].filter((ms) => ms !== undefined);
  return {
    token,
    hash: createHash('sha256').update(token).digest('hex').slice(0, 8),
    type: claims === undefined ? 'opaque' : 'JWT',
    jti,
    expiresAtMs: ends.length === 0 ? undefined : Math.min(...ends),
    exposed,
    sinceMs,
    revoked: false,
  };
}
