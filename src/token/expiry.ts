import type { TokenSource } from './sources.ts';

const DAY_MS = 86_400_000;
/** The log warns when this many days are left. */
const WARNING_DAYS = [0, 1, 7, 30] as const;
/** Whole days, negative after the expiry. */
export const daysLeft = (endMs: number, nowMs: number): number => Math.floor((endMs - nowMs) / DAY_MS);

/** `/readyz` reports `degraded` if less time is left. */
const DEGRADED_MS = DAY_MS;
const LEAD_MS = 5 * 60_000;

export interface Lifetime {
  readonly kind: TokenSource['kind'];
  /** Time when this token was read. */
  readonly sinceMs: number;
  /** undefined if neither the token nor its source has an expiry. */
  readonly expiresAtMs: number | undefined;
}

/** The next due warning in days, 0 for expired. undefined if none is due or it was already given. */
export function decideWarning(lifetime: Lifetime, nowMs: number, warnedDays = Infinity): number | undefined {
  const { expiresAtMs } = lifetime;
  if (expiresAtMs === undefined) return undefined;
  const due = WARNING_DAYS.find((days) => expiresAtMs - nowMs <= days * DAY_MS);
  if (due === undefined || due >= warnedDays) return undefined;
  return due > 0 && isBornWithin(lifetime, due * DAY_MS) ? undefined : due;
}

export const isExpiringSoon = (lifetime: Lifetime, nowMs: number): boolean =>
  (lifetime.expiresAtMs ?? Infinity) - nowMs <= DEGRADED_MS && !isBornWithin(lifetime, DEGRADED_MS);

/** No early warnings for short-lived tokens of a helper, which replaces them in time. */
const isBornWithin = ({ kind, sinceMs, expiresAtMs = Infinity }: Lifetime, ms: number): boolean =>
  kind === 'command' && expiresAtMs - sinceMs <= ms;

/** Whether to run the helper again: 5 minutes before expiry, or in the last fifth of a short lifetime. */
export function isRenewalDue({ kind, sinceMs, expiresAtMs }: Lifetime, nowMs: number): boolean {
  if (kind !== 'command' || expiresAtMs === undefined) return false;
  return nowMs >= expiresAtMs - Math.min(LEAD_MS, (expiresAtMs - sinceMs) / 5);
}
