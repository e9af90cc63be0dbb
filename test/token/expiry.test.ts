import { describe, expect, test } from 'vitest';
import { decideWarning, isExpiringSoon, isRenewalDue } from '../../src/token/expiry.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const year = { kind: 'file', sinceMs: 0, expiresAtMs: 365 * DAY } as const;
const hour = { kind: 'command', sinceMs: 0, expiresAtMs: HOUR } as const;

describe('A token that expires', () => {
  test.each([
    [31, undefined],
    [30, 30],
    [8, 30],
    [7, 7],
    [1.5, 7],
    [1, 1],
    [0.1, 1],
    [0, 0],
    [-3, 0],
  ])('in %d days gives the warning for %d days', (left, days) => {
    expect(decideWarning(year, (365 - left) * DAY)).toBe(days);
  });

  test('gives each warning once', () => {
    const given: number[] = [];
    for (let now = 0; now < 370 * DAY; now += HOUR) {
      const days = decideWarning(year, now, given.at(-1));
      if (days !== undefined) given.push(days);
    }
    expect(given).toEqual([30, 7, 1, 0]);
  });

  test('at an unknown time gives no warning', () => {
    expect(decideWarning({ ...year, expiresAtMs: undefined }, 400 * DAY)).toBeUndefined();
    expect(isExpiringSoon({ ...year, expiresAtMs: undefined }, 400 * DAY)).toBe(false);
  });

  test.each([
    [25, false],
    [24, true],
    [-1, true],
  ])('in %d hours counts as expiring soon: %s', (hours, soon) => {
    expect(isExpiringSoon(year, 365 * DAY - hours * HOUR)).toBe(soon);
  });
});

describe('A short-lived token', () => {
  test('of a helper gives no warning before it expires', () => {
    expect(decideWarning(hour, HOUR - 1)).toBeUndefined();
    expect(isExpiringSoon(hour, HOUR - 1)).toBe(false);
    expect(decideWarning(hour, HOUR)).toBe(0);
  });

  test('without a helper gives a warning', () => {
    expect(decideWarning({ ...hour, kind: 'value' }, 0)).toBe(1);
  });
});

describe('A helper is run again', () => {
  test.each([
    [hour, HOUR - 5 * 60_000 - 1, false],
    [hour, HOUR - 5 * 60_000, true],
    [{ ...hour, expiresAtMs: 60_000 }, 47_999, false],
    [{ ...hour, expiresAtMs: 60_000 }, 48_000, true],
    [{ ...hour, expiresAtMs: undefined }, 48_000, false],
    [year, 365 * DAY, false],
  ])('for %j at %d ms: %s', (lifetime, nowMs, due) => {
    expect(isRenewalDue(lifetime, nowMs)).toBe(due);
  });
});
