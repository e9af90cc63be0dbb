// The attack: one connection sends thousands of requests at once, and each becomes an upstream call. Or a request follows
// another that the proxy refuses with the end of the connection.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const get = (index: number) => `GET /api/v1/${index} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const many = (count: number) => Array.from({ length: count }, (_, index) => get(index)).join('');

describe('a pipeline', () => {
  test.each([
    [undefined, 8],
    [1, 1],
    [3, 3],
  ])('with the limit %s has so many upstream calls at a time: %i', async (maxPipelined, expected) => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy({ ...upstream, listener: maxPipelined === undefined ? {} : { maxPipelined } });
    const caller = await openRaw(proxy.port);
    caller.write(many(1_000));
    await expect.poll(() => upstream.seen.length).toBe(expected);
    await sleep(200);
    expect(upstream.seen).toHaveLength(expected);

    const { response } = await upstream.next();
    response.end();
    await expect.poll(() => upstream.seen.length).toBe(expected + 1);
  });

  test('of 1,000 requests is answered whole and in order', async () => {
    const upstream = await startUpstream((request, response) => response.end(`<${request.url}>`));
    const proxy = await startTestProxy(upstream);
    const caller = await openRaw(proxy.port);
    caller.write(many(1_000));
    await caller.until('</api/v1/999>');
    const answered = [...caller.received().matchAll(/<\/api\/v1\/(\d+)>/g)].map(([, index]) => Number(index));
    expect(answered).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
  });

  test('beyond the limit is not read', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy(upstream);
    const caller = await openRaw(proxy.port);
    caller.socket.write(many(400_000));
    await sleep(500);
    expect(caller.socket.writableLength).toBeGreaterThan(1_000_000);
    expect(upstream.seen.length).toBeLessThanOrEqual(8);
  });

  test('whose caller leaves makes no further calls', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy(upstream);
    const caller = await openRaw(proxy.port);
    caller.write(many(100));
    await expect.poll(() => upstream.seen.length).toBe(8);
    caller.leave();
    await sleep(200);
    expect(upstream.seen).toHaveLength(8);
  });
});

test.each([
  [
    'an unknown transfer coding',
    'POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a request that asks for the end', 'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
])('behind %s nothing that was pipelined runs', async (_, first) => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write(`${first}DELETE /api/v1/y HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await caller.ended;
  expect(upstream.seen.filter(({ method }) => method === 'DELETE')).toEqual([]);
});
