import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import fastify from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventsRoute } from '../../src/admin/events.ts';
import type { KeptExchanges } from '../../src/admin/kept.ts';
import type { ExchangeRecord } from '../../src/traffic/record.ts';
import { decodeFacts, decodeRecord, encodeRecord } from '../../src/traffic/record-text.ts';
import { createRing } from '../../src/traffic/ring.ts';
import { follow } from '../support/events.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };
const start = async () => await startTestProxy({ ...(await startUpstream()), admin });

describe('GET /events', () => {
  test('sends exchanges that match the filter when they end', async () => {
    const proxy = await start();
    const events = await follow(`${proxy.admin}/events?filter=path:wanted`);
    expect((await events.next('hello'))?.data).toMatchObject({ capture: 'bodies' });
    await call(proxy, '/api/v1/other');
    await call(proxy, '/api/v1/wanted');
    expect((await events.next('exchange'))?.data).toMatchObject({ target: '/api/v1/wanted', status: 200 });
  });

  test('has the same security headers as every answer of the admin listener', async () => {
    const proxy = await start();
    const leave = new AbortController();
    const { headers } = await fetch(`${proxy.admin}/events`, { signal: leave.signal });
    const other = await fetch(`${proxy.admin}/exchanges`);
    leave.abort();
    const names = [...other.headers.keys()].filter((name) => !/^(?:content-(?:type|length)|date)$/.test(name));
    expect(names).toContain('cross-origin-resource-policy');
    for (const name of names) expect([name, headers.get(name)]).toEqual([name, other.headers.get(name)]);
  });

  test('resumes at Last-Event-ID, or else at the cursor in the URL', async () => {
    const proxy = await start();
    const first = await follow(`${proxy.admin}/events`);
    const place = (await first.next('hello'))?.id ?? '';
    await call(proxy, '/api/v1/a');
    const told = await first.next('exchange');
    first.leave();
    await call(proxy, '/api/v1/b');
    const again = await follow(`${proxy.admin}/events?after=${place}`, { 'last-event-id': told?.id ?? '' });
    expect((await again.next('exchange'))?.data).toMatchObject({ target: '/api/v1/b' });
    const behind = await follow(`${proxy.admin}/events?after=${place}`);
    expect((await behind.next('exchange'))?.data).toMatchObject({ target: '/api/v1/a' });
  });

  test('sends the state of the token and the proxy at the start and when it changes', async () => {
    let state: 'ok' | 'revoked' = 'ok';
    const proxy = await startTestProxy({
      ...(await startUpstream()),
      admin,
      token: {
        status: () => ({
          state,
          source: 'a test',
          kind: 'value',
          hash: '01234567',
          jti: undefined,
          sinceMs: 0,
          expiresAtMs: undefined,
          reloads: 0,
          failures: 0,
          failure: undefined,
          unauthorized: 0,
          type: 'opaque',
          lastUnauthorizedAtMs: undefined,
        }),
      },
    });
    const events = await follow(`${proxy.admin}/events`);
    expect((await events.next('token'))?.data).toMatchObject({ state: 'ok', hash: '01234567' });
    expect((await events.next('readiness'))?.data).toMatchObject({ status: 'ok' });
    state = 'revoked';
    expect((await events.next('token'))?.data).toMatchObject({ state: 'revoked' });
    expect((await events.next('readiness'))?.data).toMatchObject({ status: 'degraded' });
  });

  test('sends the state of MK.IO when it changes', async () => {
    const upstream = await startUpstream((_, response) => response.end());
    const proxy = await startTestProxy({ ...upstream, admin });
    const events = await follow(`${proxy.admin}/events`);
    expect((await events.next('upstream'))?.data).toEqual({ state: 'unknown' });
    await call(proxy, '/api/v1/a');
    expect((await events.next('upstream'))?.data).toEqual({ state: 'reachable' });
  });

  test('ends when the proxy closes', async () => {
    const proxy = await start();
    const events = await follow(`${proxy.admin}/events`);
    await events.next('hello');
    await proxy.close();
    expect(await events.next('exchange')).toBeUndefined();
  });

  test('serves 16 readers, and another one as soon as one leaves', async () => {
    const proxy = await start();
    const readers = await Promise.all(Array.from({ length: 16 }, () => follow(`${proxy.admin}/events`)));
    const ask = async () => {
      const answer = await fetch(`${proxy.admin}/events`);
      await answer.body?.cancel();
      return answer.status;
    };
    expect(await ask()).toBe(503);
    readers[0]?.leave();
    await expect.poll(ask).toBe(200);
  });

  test('sends a stuck reader the count that it missed, and buffers nothing meanwhile', async () => {
    const { port, ring, waiting, isStuck } = await startEvents();
    const reader = await openRaw(port);
    reader.socket.pause();
    reader.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    // Until the buffers of the operating system are full.
    const push = () => {
      for (let i = 0; i < 200; i++) ring.push(recordOf('x'.repeat(2_000)));
    };
    await expect.poll(() => (push(), isStuck()), { timeout: 10_000 }).toBe(true);
    const held = waiting();
    for (let i = 0; i < 5_000; i++) ring.push(recordOf('y'.repeat(2_000)));
    // Longer than the pause between two batches.
    await setTimeout(50);
    expect(waiting()).toBe(held);
    expect(held).toBeLessThan(1_000_000);
    reader.socket.resume();
    await reader.until('event: missed\n');
    await reader.until('yyyy');
  });

  test('sends a heartbeat when nothing happens', async () => {
    const { port } = await startEvents(20);
    const events = await follow(`http://127.0.0.1:${port}/events`);
    expect(await events.next('message')).toBeDefined();
    expect(await events.next('message')).toBeDefined();
  });

  test('sends its cursor with the heartbeat, so that a reader does not miss exchanges later', async () => {
    const { port, ring } = await startEvents(20);
    const events = await follow(`http://127.0.0.1:${port}/events?filter=path:wanted`);
    await events.next('hello');
    for (const target of ['/a', '/b', '/c']) ring.push(recordOf(target));
    await expect.poll(async () => (await events.next('message'))?.id).toBe('run.3');
  });
});

const recordOf = (target: string): ExchangeRecord =>
  ({ facts: { target }, request: { fields: '', body: undefined }, answer: undefined }) as unknown as ExchangeRecord;

/** Only the events route. `waiting` counts the unsent bytes of the first reader. */
async function startEvents(heartbeatMs?: number) {
  const ring = createRing({
    maxCount: 1_000,
    maxBytes: 1_000_000,
    encode: encodeRecord,
    decode: decodeRecord,
    decodeHead: decodeFacts,
  });
  const kept: KeptExchanges = { capture: 'headers', maxExchanges: 1_000, ring, run: 'run' };
  const app = fastify({ forceCloseConnections: true });
  const answers: ServerResponse[] = [];
  app.addHook('onRequest', (_, reply, next) => {
    answers.push(reply.raw);
    next();
  });
  await app.register(eventsRoute, { kept, proxy: '', readStates: () => ({}), heartbeatMs });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return {
    port,
    ring,
    waiting: () => answers[0]?.writableLength,
    isStuck: () => answers[0]?.writableNeedDrain === true,
  };
}
