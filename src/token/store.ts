import { ProxyError } from '../errors.ts';
import type { Lifetime } from './expiry.ts';
import { isExpiringSoon } from './expiry.ts';
import type { ExposedFile } from './file.ts';
import type { HeldToken } from './held-token.ts';
import { holdToken } from './held-token.ts';
import type { Reload } from './reader.ts';
import { createTokenReader } from './reader.ts';
import type { FoundToken, TokenSource } from './sources.ts';

/** `missing`: no token yet. `failing`: the last reading failed, the last good token is in use. */
export type TokenState = 'missing' | 'ok' | 'expiring' | 'failing' | 'revoked' | 'expired';

/** Facts about the token that are safe to show. */
export interface TokenStatus extends Lifetime {
  readonly state: TokenState;
  /** Name of its source. */
  readonly source: string;
  /** The first 8 hex digits of its SHA-256; undefined without a token. */
  readonly hash: string | undefined;
  readonly jti: string | undefined;
  /** Number of readings with a new token. */
  readonly reloads: number;
  /** Number of failed readings. */
  readonly failures: number;
  /** Reason of the last failure; undefined after a success. */
  readonly failure: string | undefined;
  /** Number of 401 answers to requests with a token of this process. */
  readonly unauthorized: number;
  /** Time of the last of them, in milliseconds since 1970. */
  readonly lastUnauthorizedAtMs: number | undefined;
  readonly type: 'JWT' | 'opaque' | undefined;
}

export interface TokenStore {
  /** @throws ProxyError TOKEN_UNAVAILABLE without a token; TOKEN_EXPIRED if MK.IO would refuse it */
  readonly current: () => string;
  /**
   * After a 401 to `used`: whether a different token is available. Concurrent calls share one reading of the source.
   * undefined: no, and no reading is running.
   */
  readonly renew: (used: string) => Promise<boolean> | undefined;
  /** Reads the source again, except during the pause after a failure or an unchanged token. */
  readonly refresh: () => Promise<Reload> | undefined;
  /** Reads the source again for an operator, even during a pause. Every failure is logged. */
  readonly reload: () => Promise<Reload>;
  /** Reads the source again after it changed. A repeated failure is logged once. */
  readonly follow: () => Promise<Reload>;
  readonly status: () => TokenStatus;
  /** Call it if MK.IO lists the token with this id as revoked. */
  readonly markRevoked: (jti: string) => void;
}

/** A subset of pino's logger. */
export type TokenLog = Readonly<Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>>;

export interface TokenStoreOptions {
  readonly source: TokenSource;
  /** The first token, or the reason why the proxy waits for one. */
  readonly first: FoundToken | ProxyError;
  /** A first reading that is still running. */
  readonly begun?: Promise<FoundToken> | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly log?: TokenLog;
  /** Keeps the current token masked. Called after each rejected reading. */
  readonly hold?: (token: string) => void;
  /** Called when other users become able to read the file. */
  readonly onExposed?: (file: ExposedFile) => void;
  /** Called with the first token, and with one that replaces an expired token. */
  readonly onAppeared?: (token: string) => void;
}

const NONE_YET = 'the token could not be read; there is none yet';
const LAST_GOOD = 'the token could not be read again; the last good one stays';
const EXPIRED = 'the token could not be read again; the last one has expired';

/** The only holder of the token. Replaces it atomically while requests run. */
export function createTokenStore(options: TokenStoreOptions): TokenStore {
  const { source, first, begun, now = Date.now, log, hold, onExposed, onAppeared } = options;
  const counts = { reloads: 0, failures: 0, unauthorized: 0 };
  const startedMs = now();
  let held = first instanceof ProxyError ? undefined : holdToken(first, startedMs);
  let failure = first instanceof ProxyError ? first.message : undefined;
  let lastUnauthorizedAtMs: number | undefined;

  const isExpired = ({ expiresAtMs = Infinity }: HeldToken): boolean => now() >= expiresAtMs;

  const onFound = (found: FoundToken): Reload => {
    const changed = take(found);
    if (failure !== undefined) log?.info({ event: 'token', hash: held?.hash }, 'the token can be read again');
    failure = undefined;
    return { changed };
  };

  const take = (found: FoundToken): boolean => {
    const next = holdToken(found, now());
    const was = held;
    const changed = next.token !== was?.token;
    if (changed && isExpired(next)) throw new ProxyError('TOKEN_EXPIRED', `the token of ${source.name} has expired`);
    held = changed ? next : { ...next, sinceMs: was.sinceMs, revoked: was.revoked };
    if (next.exposed !== undefined && next.exposed.mode !== was?.exposed?.mode) onExposed?.(next.exposed);
    if (changed) onChange(was, next);
    return changed;
  };

  const onChange = (was: HeldToken | undefined, next: HeldToken): void => {
    if (was === undefined || isExpired(was)) onAppeared?.(next.token);
    if (was !== undefined) counts.reloads++;
    log?.info({ event: 'token', was: was?.hash, hash: next.hash, source: source.name }, 'the token has changed');
  };

  const onFailure = (error: ProxyError, asked: boolean): Reload => {
    const { code, message, hint, cause } = error;
    counts.failures++;
    // A rejected token is masked too. It must not displace the mask of the current one.
    if (held !== undefined) hold?.(held.token);
    if (asked || message !== failure) {
      const reason = code === 'INTERNAL' ? String(cause) : message;
      const left = held === undefined ? NONE_YET : isExpired(held) ? EXPIRED : LAST_GOOD;
      log?.warn({ event: 'token', code, reason, hint, hash: held?.hash }, left);
    }
    failure = message;
    return { changed: false, failure: error };
  };

  const reader = createTokenReader({ source, begun, onFound, onFailure, now });

  const readLifetime = (): Lifetime => ({
    kind: source.kind,
    sinceMs: held?.sinceMs ?? startedMs,
    expiresAtMs: held?.expiresAtMs,
  });

  const readState = (): TokenState => {
    if (held === undefined) return 'missing';
    if (isExpired(held)) return 'expired';
    if (held.revoked) return 'revoked';
    if (failure !== undefined) return 'failing';
    return isExpiringSoon(readLifetime(), now()) ? 'expiring' : 'ok';
  };

  return {
    current: () => {
      if (held !== undefined && !isExpired(held)) return held.token;
      void reader.refresh();
      if (held === undefined) throw new ProxyError('TOKEN_UNAVAILABLE', 'the proxy has no MK.IO token yet');
      throw new ProxyError('TOKEN_EXPIRED', 'the MK.IO token of the proxy has expired');
    },
    renew: (used) => {
      counts.unauthorized++;
      lastUnauthorizedAtMs = now();
      if (held?.token !== used) return Promise.resolve(true);
      return reader.refresh()?.then(() => held?.token !== used);
    },
    refresh: reader.refresh,
    reload: () => reader.reload(true),
    follow: () => reader.reload(false),
    status: () => ({
      ...readLifetime(),
      state: readState(),
      source: source.name,
      hash: held?.hash,
      jti: held?.jti,
      type: held?.type,
      ...counts,
      lastUnauthorizedAtMs,
      failure,
    }),
    markRevoked: (jti) => {
      if (held?.jti !== jti || held.revoked) return;
      held.revoked = true;
      log?.error({ event: 'token', hash: held.hash, jti }, 'MK.IO has revoked the token: create a new one');
      void reader.reload(false);
    },
  };
}
