import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decode } from '../../src/http/decode.ts';

test('A body that decodes to far more than may be kept is not decoded any further', async () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000));
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)));
  const decoded = await decode(bomb, 'gzip', 1_000);
  clearInterval(sampling);
  expect([decoded?.body.length, decoded?.cut]).toEqual([1_000, true]);
  expect(peak).toBeLessThan(20_000_000);
});

test('The beginning of a coded body decodes to the beginning of the text', async () => {
  const text = Array.from({ length: 5_000 }, (_, i) => String(i)).join(' ');
  const decoded = await decode(gzipSync(text).subarray(0, 4_000), 'gzip', 100_000);
  expect(decoded?.body.length).toBeGreaterThan(1_000);
  expect(text.startsWith(decoded?.body.toString() ?? 'x')).toBe(true);
});
