import { createHash } from 'node:crypto';
import { asProxyError, ProxyError } from '../errors.ts';
import type { Lifetime } from './expiry.ts';
import { isExpiringSoon } from './expiry.ts';
import type { ExposedFile } from './file.ts';
import { readClaims } from './jwt.ts';
import type { FoundToken, TokenSource } from './sources.ts';

/**
 * `failing`: the source could not be read the last time, and the last good token is in use; `missing`: there was none yet, and
 * one is waited for.
 */
export type TokenState = 'missing' | 'ok' | 'expiring' | 'failing' | 'revoked' | 'expired';

/** What may be said of the token: nothing here opens anything. */
export interface TokenStatus extends Lifetime {
  readonly state: TokenState;
  /** Where it came from. */
  readonly source: string;
  /** The first 8 hex digits of its SHA-256; undefined where there is none. */
  readonly hash: string | undefined;
  readonly jti: string | undefined;
  /** How often the source gave another token. */
  readonly reloads: number;
  /** How often the source could not be read. */
  readonly failures: number;
  /** Why it could not be read the last time; undefined where it could. */
  readonly failure: string | undefined;
  /** Answers of 401 that came to a request with a token of this process. */
  readonly unauthorized: number;
  /** When the last of them came, in milliseconds since 1970. */
  readonly lastUnauthorizedAtMs: number | undefined;
  readonly type: 'JWT' | 'opaque' | undefined;
}

export interface Reload {
  readonly changed: boolean;
  /** Why the last good token stays. */
  readonly failure?: ProxyError;
}

export interface TokenStore {
  /** @throws ProxyError TOKEN_UNAVAILABLE where there is none yet; TOKEN_EXPIRED, instead of spending a request on a token that MK.IO will refuse */
  readonly current: () => string;
  /**
   * After a 401 to `used`: whether there is another token by now. Reads the source again, once for however many ask.
   * undefined where the answer is no and nothing has to be waited for.
   */
  readonly renew: (used: string) => Promise<boolean> | undefined;
  /** Reads the source again unless that has just failed or brought nothing new. */
  readonly refresh: () => Promise<Reload> | undefined;
  /** Reads the source again, as somebody asks for it, whatever went before. */
  readonly reload: () => Promise<Reload>;
  /** The same as the source has changed: the log hears of a failure once. */
  readonly follow: () => Promise<Reload>;
  readonly status: () => TokenStatus;
  /** MK.IO says so of the token with this id. */
  readonly markRevoked: (jti: string) => void;
}

/** As pino's. */
export type TokenLog = Readonly<Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>>;

export interface TokenStoreOptions {
  readonly source: TokenSource;
  /** What the source gave at the start, or why it gave none, where one is waited for. */
  readonly first: FoundToken | ProxyError;
  /** The reading that is under way since the start. */
  readonly begun?: Promise<FoundToken> | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly log?: TokenLog;
  /** Told when the file's mode lets others read it, after it did not or did in another way. */
  readonly onExposed?: (file: ExposedFile) => void;
  /** Told of a token that takes the place of none, or of one that has expired. */
  readonly onAppeared?: (token: string) => void;
}

interface Held {
  readonly token: string;
  readonly hash: string;
  readonly type: 'JWT' | 'opaque';
  readonly jti: string | undefined;
  readonly expiresAtMs: number | undefined;
  readonly exposed: ExposedFile | undefined;
  readonly sinceMs: number;
  revoked: boolean;
}

const NONE_YET = 'the token could not be read; there is none yet';
const LAST_GOOD = 'the token could not be read again; the last good one stays';
const EXPIRED = 'the token could not be read again; the last one has expired';
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 30_000;

/** The token's one home: the current one, replaced whole while requests run. */
export function createTokenStore(options: TokenStoreOptions): TokenStore {
  const { source, first, now = Date.now, log, onExposed, onAppeared } = options;
  const canChange = source.kind === 'file' || source.kind === 'command';
  const counts = { reloads: 0, failures: 0, unauthorized: 0 };
  const startedMs = now();
  let held = first instanceof ProxyError ? undefined : hold(first, startedMs);
  let failure = first instanceof ProxyError ? first.message : undefined;
  let lastUnauthorizedAtMs: number | undefined;
  let reading: Promise<Reload> | undefined;
  let pauseMs = 0;
  let quietUntilMs = -Infinity;

  const isExpired = ({ expiresAtMs = Infinity }: Held): boolean => now() >= expiresAtMs;

  const read = (asked: boolean, begun?: Promise<FoundToken>): Promise<Reload> =>
    (reading ??= attempt(asked, begun ?? source.read()).finally(() => {
      reading = undefined;
    }));

  /** For requests, which may ask again and again: where it brought nothing, it is not tried for a while. */
  const readThenPause = async (): Promise<Reload> => {
    const outcome = await read(false);
    if (!outcome.changed) pause();
    return outcome;
  };

  const attempt = async (asked: boolean, found: Promise<FoundToken>): Promise<Reload> => {
    try {
      const outcome = take(await found);
      if (failure !== undefined) log?.info({ event: 'token', hash: held?.hash }, 'the token can be read again');
      failure = undefined;
      return outcome;
    } catch (error) {
      return keep(asProxyError(error), asked);
    }
  };

  const take = (found: FoundToken): Reload => {
    const next = hold(found, now());
    const was = held;
    const changed = next.token !== was?.token;
    if (changed && isExpired(next)) throw new ProxyError('TOKEN_EXPIRED', `the token of ${source.name} has expired`);
    held = changed ? next : { ...next, sinceMs: was.sinceMs, revoked: was.revoked };
    if (next.exposed !== undefined && next.exposed.mode !== was?.exposed?.mode) onExposed?.(next.exposed);
    if (!changed) return { changed };
    pauseMs = 0;
    quietUntilMs = -Infinity;
    if (was === undefined || isExpired(was)) onAppeared?.(next.token);
    if (was !== undefined) counts.reloads++;
    log?.info({ event: 'token', was: was?.hash, hash: next.hash, source: source.name }, 'the token has changed');
    return { changed };
  };

  const keep = (error: ProxyError, asked: boolean): Reload => {
    const { code, message, hint, cause } = error;
    counts.failures++;
    if (asked || message !== failure) {
      const reason = code === 'INTERNAL' ? String(cause) : message;
      const told = { event: 'token', code, reason, hint, hash: held?.hash };
      const left = held === undefined ? NONE_YET : isExpired(held) ? EXPIRED : LAST_GOOD;
      log?.warn(told, left);
    }
    failure = message;
    return { changed: false, failure: error };
  };

  const pause = (): void => {
    pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LAST_PAUSE_MS);
    quietUntilMs = now() + pauseMs;
  };

  const refresh = (): Promise<Reload> | undefined => {
    if (!canChange) return undefined;
    if (reading !== undefined) return reading;
    return now() < quietUntilMs ? undefined : readThenPause();
  };

  const readAnew = async (asked: boolean): Promise<Reload> => {
    if (!canChange) return { changed: false };
    // A reading that is under way may have read before what this one is told of.
    await reading;
    return await read(asked);
  };

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

  if (options.begun !== undefined) void read(false, options.begun);

  return {
    current: () => {
      if (held !== undefined && !isExpired(held)) return held.token;
      void refresh();
      if (held === undefined) throw new ProxyError('TOKEN_UNAVAILABLE', 'the proxy has no MK.IO token yet');
      throw new ProxyError('TOKEN_EXPIRED', 'the MK.IO token of the proxy has expired');
    },
    renew: (used) => {
      counts.unauthorized++;
      lastUnauthorizedAtMs = now();
      if (held?.token !== used) return Promise.resolve(true);
      return refresh()?.then(() => held?.token !== used);
    },
    refresh,
    reload: () => readAnew(true),
    follow: () => readAnew(false),
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
      void readAnew(false);
    },
  };
}

function hold({ token, expiresAtMs, exposed }: FoundToken, sinceMs: number): Held {
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
