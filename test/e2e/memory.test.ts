import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../bench/memory.js', import.meta.url));

interface Result {
  readonly samples: readonly { readonly exchanges: number }[];
  readonly kept: { readonly exchanges: number; readonly bytes: number };
  readonly heapGrowthBytes: number;
  readonly outsideGrowthBytes: number;
  readonly isFlat: boolean;
  readonly isBounded: boolean;
}

test('body capture uses only the memory of its ring buffer, for any number of exchanges', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', SCRIPT, '--count', '20000']);
  const { samples, kept, ...result } = JSON.parse(stdout) as Result;
  expect(samples.at(-1)?.exchanges).toBe(40_000);
  expect(kept.exchanges).toBe(1_000);
  expect(kept.bytes).toBeGreaterThan(1_000_000);
  expect(result).toMatchObject({ isFlat: true, isBounded: true });
}, 60_000);
