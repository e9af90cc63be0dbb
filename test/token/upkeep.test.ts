import { expect, onTestFinished, test, vi } from 'vitest';
import { createTokenStore } from '../../src/token/store.ts';
import { startUpkeep } from '../../src/token/upkeep.ts';
import { forgeJwt } from '../support/jwt.ts';
import { createTestSource } from '../support/token.ts';

const DAY = 86_400_000;

function startKept(first: string, read: () => Promise<{ token: string }>, kind: 'value' | 'command') {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: 0 });
  onTestFinished(() => void vi.useRealTimers());
  const lines: string[] = [];
  const tell = (level: string) => (_: object, message: string) => void lines.push(`${level}: ${message}`);
  const log = { info: tell('info'), warn: tell('warn'), error: tell('error') };
  const source = createTestSource(read, kind);
  const store = createTokenStore({ source, first: { token: first }, log });
  onTestFinished(startUpkeep({ store, source, log }));
  return { store, lines };
}

test('Upkeep warns once each at 30, 7 and 1 days before expiry, and after it', async () => {
  const { lines } = startKept(forgeJwt({ exp: (40 * DAY) / 1_000 }), () => Promise.reject(new Error()), 'value');
  const atDays: [number, number][] = [
    [9, 0],
    [11, 1],
    [32, 1],
    [34, 2],
    [38, 2],
    [39.1, 3],
    [39.9, 3],
    [40.1, 4],
    [50, 4],
  ];
  for (const [days, count] of atDays) {
    vi.setSystemTime(days * DAY);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lines).toHaveLength(count);
  }
  expect(lines.map((line) => line.slice(0, 38))).toEqual([
    'warn: the token expires within 30 days',
    'warn: the token expires within 7 days:',
    'warn: the token expires within 1 day: ',
    'error: the token has expired: create a',
  ]);
});

test('Upkeep runs a helper again before its token expires, and after each pause if the token is unchanged', async () => {
  const tokenUntil = (seconds: number) => forgeJwt({ exp: seconds });
  let reads = 0;
  let next = tokenUntil(3_600);
  const { store } = startKept(next, () => Promise.resolve({ token: (reads++, next) }), 'command');

  await vi.advanceTimersByTimeAsync(3_290_000);
  expect(reads).toBe(0);
  await vi.advanceTimersByTimeAsync(60_000);
  // Pauses: 1, 2, 4, 8 and 16 seconds, then always 30.
  expect(reads).toBeGreaterThan(3);
  expect(reads).toBeLessThan(8);
  next = tokenUntil(7_200);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(store.current()).toBe(next);
  expect(store.status().reloads).toBe(1);
});
