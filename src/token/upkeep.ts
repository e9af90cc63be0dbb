import { decideWarning, isRenewalDue } from './expiry.ts';
import type { TokenSource } from './sources.ts';
import type { TokenLog, TokenStore } from './store.ts';
import { watchFile } from './watch.ts';

export interface UpkeepWorlds {
  readonly store: TokenStore;
  readonly source: TokenSource;
  readonly log: Pick<TokenLog, 'warn' | 'error'>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Short, so that a machine notices soon after sleep how much time has passed. */
const TICK_MS = 1_000;

/**
 * Keeps the token fresh without requests: watches its file, runs its helper before expiry, and warns in time.
 *
 * @returns stops it
 */
export function startUpkeep({ store, source, log, now = Date.now }: UpkeepWorlds): () => void {
  const unwatch = source.path === undefined ? undefined : watchFile(source.path, () => void store.follow());
  let warned: { readonly hash: string | undefined; readonly days: number } | undefined;

  const tick = (): void => {
    const status = store.status();
    const { hash, expiresAtMs } = status;
    if (status.state === 'missing' || isRenewalDue(status, now())) void store.refresh();
    const days = decideWarning(status, now(), warned !== undefined && warned.hash === hash ? warned.days : undefined);
    if (days === undefined || expiresAtMs === undefined) return;
    warned = { hash, days };
    const told = { event: 'token', hash, expires: new Date(expiresAtMs).toISOString() };
    if (days === 0) log.error(told, 'the token has expired: create a new one at MK.IO and give it to the proxy');
    else log.warn(told, `the token expires within ${days === 1 ? '1 day' : `${days} days`}: create a new one at MK.IO`);
  };
  tick();
  const timer = setInterval(tick, TICK_MS).unref();
  return () => {
    clearInterval(timer);
    unwatch?.();
  };
}
