import { ProxyError } from '../../errors.ts';
import { daysLeft, decideWarning } from '../../token/expiry.ts';
import type { Outcome } from './examination.ts';
import { examination } from './examination.ts';
import { failed, ok, skipped, warn } from './findings.ts';

export const daysUntil = (endMs: number, nowMs: number): string => {
  const days = daysLeft(endMs, nowMs);
  return days === 1 ? '1 day left' : `${days} days left`;
};

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Reads the token and reports its source and the permissions of its file. */
export const tokenSource = examination('token-source', [], async ({ openToken, readMode }): Promise<Outcome> => {
  const token = await openToken();
  const { name, path } = token.source;
  const mode = path === undefined ? undefined : await readMode(path);
  const detail = mode === undefined ? name : `${name}, mode 0${mode.toString(8)}`;
  const [warning] = token.warnings;
  return { fact: warning === undefined ? ok(detail) : warn(detail, warning), learned: { token } };
});

/** Reports the unverified claims. */
export const tokenClaims = examination('token', ['token'], (_, { token: { claims, store } }) => {
  const { hash } = store.status();
  if (claims === undefined) return { fact: ok(`opaque: not a JWT, hash ${hash}`) };
  const { alg = '-', kid = '-', jti = '-' } = claims;
  return { fact: ok(`JWT, alg ${alg}, kid ${kid}, jti ${jti}, hash ${hash}`) };
});

export const tokenExpiry = examination('expiry', ['token'], ({ now }, { token: { store } }): Outcome => {
  const status = store.status();
  const { expiresAtMs } = status;
  if (expiresAtMs === undefined)
    return { fact: skipped('neither the token nor its source tells'), learned: { fresh: true } };
  const day = dayOf(expiresAtMs);
  if (status.state === 'expired') return { fact: failed(new ProxyError('TOKEN_EXPIRED', `it expired on ${day}`)) };
  const detail = `${day}, ${daysUntil(expiresAtMs, now())}`;
  const isNear = decideWarning(status, now()) !== undefined;
  const hint = 'Create a new token at MK.IO and give it to the proxy in time.';
  return { fact: isNear ? warn(detail, hint) : ok(detail), learned: { fresh: true } };
});
