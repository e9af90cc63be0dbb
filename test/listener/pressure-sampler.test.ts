import fastify from 'fastify';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PressureReadings } from '../../src/listener/pressure-sampler.ts';
import { createPressureSampler } from '../../src/listener/pressure-sampler.ts';
import { pressure } from '../../src/listener/pressure.ts';

const LIMITS = { maxLagMs: 30, maxUsedBytes: 1_000 };

/** A sampler of numbers set by the test. */
function createSampler() {
  const now = { lagMs: 0, usedBytes: 0, garbageBytes: 0 };
  const readings: PressureReadings = {
    readLagMs: () => now.lagMs,
    readUsedBytes: () => now.usedBytes + now.garbageBytes,
    collectGarbage: () => {
      now.garbageBytes = 0;
    },
  };
  const sampler = createPressureSampler(readings, LIMITS);
  const sample = (next: Partial<typeof now>) => {
    Object.assign(now, next);
    sampler.sample();
    return sampler.read();
  };
  return { sample, now };
}

test('only the second sample in a row with too much lag counts', () => {
  const { sample } = createSampler();
  expect([31, 30, 31, 31, 31, 0, 31].map((lagMs) => sample({ lagMs }))).toEqual([
    undefined,
    undefined,
    undefined,
    'lag',
    'lag',
    undefined,
    undefined,
  ]);
});

test('a sample without any measurement, whose mean is NaN, is within the limit', () => {
  const { sample } = createSampler();
  expect([NaN, NaN, NaN].map((lagMs) => sample({ lagMs }))).toEqual([undefined, undefined, undefined]);
});

test('memory counts at once, without garbage', () => {
  const { sample, now } = createSampler();
  expect(sample({ garbageBytes: 1_001 })).toBeUndefined();
  expect(now.garbageBytes).toBe(0);
  expect(sample({ usedBytes: 1_001 })).toBe('memory');
  expect(sample({ usedBytes: 1_000 })).toBeUndefined();
});

test('a measurement that throws neither crashes the process nor refuses callers', async () => {
  const fail = vi.fn(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  });
  const readings = { readLagMs: fail, readUsedBytes: fail, collectGarbage: fail };
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(pressure, { maxStallMs: 30, maxMemoryBytes: 1_000, containerBytes: undefined, readings });
  app.get('/', () => 'served');

  await expect.poll(() => fail.mock.calls.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(6);
  expect((await app.inject('/')).payload).toBe('served');
});

test('a measurement that throws resets earlier pressure', () => {
  let isBroken = false;
  const read = (): number => {
    if (isBroken) throw new Error('no descriptor left');
    return Infinity;
  };
  const sampler = createPressureSampler(
    { readLagMs: read, readUsedBytes: read, collectGarbage: () => undefined },
    LIMITS,
  );
  for (let i = 0; i < 2; i++) sampler.sample();
  expect(sampler.read()).toBe('lag');
  isBroken = true;
  sampler.sample();
  expect(sampler.read()).toBeUndefined();
});
