/** @module-tag browser */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { usePage } from '../support/browser.ts';
import { startTestProxy } from '../support/proxy.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';
import { fetchIn, jsonOf, openDevPage } from '../support/dev-page.ts';

const openPage = usePage('shell');

const MIB = 1024 * 1024;
// Longer than a test may take: the page ends the stream, not a timeout of the proxy.
const PATIENT = { headersTimeoutMs: 60_000, idleTimeoutMs: 60_000 };
/** 3 by 2 pixels. */
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"><rect width="3" height="2" fill="red"/></svg>';

test('concurrent requests of a page each get their own answer', async () => {
  const upstream = await startUpstream((request, response) => response.end(JSON.stringify(request.url)));
  const proxy = await startTestProxy(upstream);
  const page = await openDevPage(openPage);
  const paths = Array.from({ length: 24 }, (_, i) => `/api/v1/${i}`);
  const read = await Promise.all(paths.map((path) => fetchIn(page, proxy.address + path)));
  expect(read.map(jsonOf)).toEqual(paths);
});

test('a page streams a large answer completely', async () => {
  const upstream = await startUpstream((_, response) => {
    Readable.from(Array.from({ length: 64 }, (_, i) => Buffer.alloc(MIB, i))).pipe(response);
  });
  const proxy = await startTestProxy(upstream);
  const page = await openDevPage(openPage);
  const sums = await page.evaluate(async (url) => {
    const { body } = await fetch(url);
    let [bytes, sum] = [0, 0];
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      for (const byte of chunk) sum += byte;
    }
    return { bytes, sum };
  }, `${proxy.address}/api/v1/x`);
  expect(sums).toEqual({ bytes: 64 * MIB, sum: (MIB * 64 * 63) / 2 });
});

test('a page shows a fetched image', async () => {
  const upstream = await startUpstream((_, response) => response.setHeader('content-type', 'image/svg+xml').end(SVG));
  const proxy = await startTestProxy(upstream);
  const page = await openDevPage(openPage);
  const size = await page.evaluate(`(async () => {
    const image = new Image();
    image.src = URL.createObjectURL(await (await fetch('${proxy.address}/api/v1/x')).blob());
    document.body.append(image);
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  })()`);
  expect(size).toEqual([3, 2]);
});

test.each([
  ['before the answer', 0],
  ['within the answer', 1],
])('a page that aborts its fetch %s cancels the upstream call', async (_, sentBytes) => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, upstream: PATIENT });
  const page = await openDevPage(openPage);
  const aborted = page.evaluate(`(async () => {
    globalThis.call = new AbortController();
    const answer = await fetch('${proxy.address}/api/v1/x', { signal: globalThis.call.signal });
    const reader = answer.body.getReader();
    await reader.read();
    globalThis.call.abort();
    await reader.read();
  })().catch(({ name }) => name)`);
  const { response } = await upstream.next();
  const cancelled = once(response, 'close');

  if (sentBytes > 0) response.write('a');
  else await page.evaluate('globalThis.call.abort()');

  await cancelled;
  expect(await aborted).toBe('AbortError');
  expect(await proxy.exchange()).toMatchObject({ ending: 'cancelled', bytes: sentBytes });
});

test('leaving a page cancels its upstream calls', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, upstream: PATIENT });
  const page = await openDevPage(openPage);
  await page.evaluate(`void fetch('${proxy.address}/api/v1/x')`);
  const { response } = await upstream.next();
  const cancelled = once(response, 'close');

  await page.goto('about:blank');

  await cancelled;
  expect(await proxy.exchange()).toMatchObject({ ending: 'cancelled' });
});
