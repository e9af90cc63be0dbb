import autocannon from 'autocannon';
import { afterEach, describe, expect, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import type { ErrorBody } from '../support/proxy.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const ASSETS = '/api/v1/projects/demo/media/assets';

let stalling: NodeJS.Timeout | undefined;
/** Blocks the event loop of this process, which runs the proxy, for 60 of every 61 ms. */
function stall(): void {
  stalling = setInterval(() => {
    const end = performance.now() + 60;
    while (performance.now() < end);
  }, 1);
}
const recover = (): void => clearInterval(stalling);
afterEach(recover);

const statusOf = async (proxy: { readonly port: number }): Promise<number> => (await call(proxy, ASSETS)).status;

describe('the proxy answers 503 BUSY rather than let work pile up', () => {
  test('while its event loop stalls, and recovers afterwards', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, listener: { maxStallMs: 30 } });
    expect(await statusOf(proxy)).toBe(200);

    stall();
    await expect.poll(() => statusOf(proxy), { timeout: 5_000 }).toBe(503);
    const seen = upstream.seen.length;
    const answer = await call(proxy, ASSETS);
    expect(answer.headers).toMatchObject({ 'x-mkio-proxy-error': 'BUSY', 'retry-after': '1' });
    const { error } = JSON.parse(answer.text) as ErrorBody;
    expect(error.extraDetail.hint).toContain('MKIO_PROXY_MAX_STALL');
    expect(upstream.seen).toHaveLength(seen);
    expect(proxy.logged.at(-1)).toMatchObject({ event: 'exchange', status: 503, code: 'BUSY' });

    recover();
    await expect.poll(() => statusOf(proxy), { timeout: 5_000 }).toBe(200);
  });

  test('but not after a single pause', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), listener: { maxStallMs: 30 } });
    const end = performance.now() + 2_000;
    while (performance.now() < end);

    const seen = new Set<number>();
    for (const pastSample = performance.now() + 1_500; performance.now() < pastSample;) seen.add(await statusOf(proxy));
    expect([...seen]).toEqual([200]);
  });

  test('while its objects and buffers use more than MKIO_PROXY_MAX_MEMORY', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, listener: { maxMemoryBytes: 1_000_000 } });
    const answer = await call(proxy, ASSETS);
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ 'x-mkio-proxy-error': 'BUSY', 'retry-after': '1' });
    expect(answer.text).toContain('MKIO_PROXY_MAX_MEMORY');
    expect(upstream.seen).toEqual([]);
  });

  test('and the admin listener still answers', async () => {
    const admin = { host: '127.0.0.1', port: 0 };
    const proxy = await startTestProxy({ ...(await startUpstream()), admin, listener: { maxMemoryBytes: 1 } });
    expect((await fetch(`${proxy.admin}/livez`)).status).toBe(200);
    expect(await statusOf(proxy)).toBe(503);
  });
});

test('garbage does not count: 40 MB are enough for 50 connections', async () => {
  const body = JSON.stringify({ value: 'x'.repeat(1_500) });
  const { origin } = await startUpstream((_, response) => response.end(body));
  const program = await startProgram({
    MKIO_BASE_URL: origin,
    MKIO_TOKEN: OPAQUE_TOKEN,
    MKIO_PROXY_MAX_MEMORY: '40MB',
  });

  const result = await autocannon({ url: `${program.address}${ASSETS}`, connections: 50, duration: 3 });

  expect(result['2xx']).toBeGreaterThan(100);
  expect([result.non2xx, result.errors]).toEqual([0, 0]);
});
