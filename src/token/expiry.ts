import type { TokenSource } from './sources.ts';

const DAY_MS = 86_400_000;
/** When the log warns: days left. */
const WARNING_DAYS = [0, 1, 7, 30] as const;
/** Whole days, negative behind the end. */
export const daysLeft = (endMs: number, nowMs: number): number => Math.floor((endMs - nowMs) / DAY_MS);

/** Within it, `/readyz` says that the token has to be replaced. */
const DEGRADED_MS = DAY_MS;
const LEAD_MS = 5 * 60_000;

export interface Lifetime {
  readonly kind: TokenSource['kind'];
  /** When this token was read. */
  readonly sinceMs: number;
  /** undefined if neither the token nor its source has an expiry. */
  readonly expiresAtMs: number | undefined;
}

/** The warning that has come due and is closer than the one that was given: days, 0 for expired. */
export function decideWarning(lifetime: Lifetime, nowMs: number, warnedDays = Infinity): number | undefined {
  const { expiresAtMs } = lifetime;
  if (expiresAtMs === undefined) return undefined;
  const due = WARNING_DAYS.find((days) => expiresAtMs - nowMs <= days * DAY_MS);
  if (due === undefined || due >= warnedDays) return undefined;
  return due > 0 && isBornWithin(lifetime, due * DAY_MS) ? undefined : due;
}

export const isExpiringSoon = (lifetime: Lifetime, nowMs: number): boolean =>
  (lifetime.expiresAtMs ?? Infinity) - nowMs <= DEGRADED_MS && !isBornWithin(lifetime, DEGRADED_MS);

/** A helper replaces its short-lived tokens in time, so their expiry is not reported early. */
const isBornWithin = ({ kind, sinceMs, expiresAtMs = Infinity }: Lifetime, ms: number): boolean =>
  kind === 'command' && expiresAtMs - sinceMs <= ms;

/** Whether a helper has to be run again: five minutes before the end, or the last fifth of a short life. */
export function isRenewalDue({ kind, sinceMs, expiresAtMs }: Lifetime, nowMs: number): boolean {
  if (kind !== 'command' || expiresAtMs === undefined) return false;
  return nowMs >= expiresAtMs - Math.min(LEAD_MS, (expiresAtMs - sinceMs) / 5);
}
