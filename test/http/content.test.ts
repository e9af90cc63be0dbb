import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decode, isJson, isText, readContent } from '../../src/http/content.ts';

const GZIP = readContent(['content-encoding', 'gzip']).coding!;

test('a body is decoded only up to the limit', async () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000));
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)));
  const decoded = await decode(bomb, GZIP, 1_000);
  clearInterval(sampling);
  expect([decoded?.body.length, decoded?.cut]).toEqual([1_000, true]);
  expect(peak).toBeLessThan(20_000_000);
});

test('the start of a compressed body decodes to the start of the text', async () => {
  const text = Array.from({ length: 5_000 }, (_, i) => String(i)).join(' ');
  const decoded = await decode(gzipSync(text).subarray(0, 4_000), GZIP, 100_000);
  expect(decoded?.body.length).toBeGreaterThan(1_000);
  expect(text.startsWith(decoded?.body.toString() ?? 'x')).toBe(true);
});

test.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['application/problem+json', true],
  ['application/json-seq', false],
  ['application/jsonp', false],
  ['text/plain', false],
])('%s is JSON: %s, for capture and for link mapping', (type, expected) => {
  expect(isJson(readContent(['content-type', type]))).toBe(expected);
});

test('a sequence of JSON texts (RFC 7464) is captured as text', () => {
  expect(isText(readContent(['content-type', 'application/json-seq']))).toBe(true);
});
