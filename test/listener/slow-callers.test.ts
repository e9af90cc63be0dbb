import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const HEAD = 'POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n';

test('a body that pauses too long is answered 408, and the upstream call is cancelled', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, listener: { callerTimeoutMs: 150 } });
  const caller = await openRaw(proxy.port);
  caller.write(`${HEAD}abc`);
  const { request } = await upstream.next();
  const cancelled = new Promise((resolve) => request.once('close', resolve));

  await caller.ended;

  expect(caller.received()).toMatch(/^HTTP\/1\.1 408 /);
  expect(caller.received()).toContain('x-mkio-proxy-error: REQUEST_TIMEOUT');
  await cancelled;
  expect(await proxy.exchange()).toMatchObject({ code: 'REQUEST_TIMEOUT', answeredBy: 'refusal' });
});

test('a body with steady progress may take many times as long', async () => {
  const upstream = await startUpstream((request, response) => {
    request.resume().once('end', () => response.end('{}'));
  });
  const proxy = await startTestProxy({ ...upstream, listener: { callerTimeoutMs: 400 } });
  const caller = await openRaw(proxy.port);
  caller.write(HEAD);
  for (const byte of '0123456789') {
    await setTimeout(100);
    caller.write(byte);
  }
  await caller.until('200 OK');
});

test('after a complete body, a slow upstream does not count as a slow caller', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, listener: { callerTimeoutMs: 100 } });
  const caller = await openRaw(proxy.port);
  caller.write(`${HEAD}0123456789`);
  const { response } = await upstream.next();
  await setTimeout(400);
  response.end('{}');
  await caller.until('200 OK');
});

test('a head that does not arrive in time is answered 408', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, listener: { callerTimeoutMs: 150 } });
  const caller = await openRaw(proxy.port);
  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: local');

  await caller.ended;

  expect(caller.received()).toMatch(/^HTTP\/1\.1 408 /);
  expect(upstream.seen).toEqual([]);
});

test('a head over MKIO_PROXY_MAX_HEADER is answered 431', async () => {
  const proxy = await startTestProxy({ ...(await startUpstream()), listener: { maxHeaderBytes: 4096 } });
  const caller = await openRaw(proxy.port);
  caller.write(`GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(5000)}\r\n\r\n`);
  await caller.ended;
  expect(caller.received()).toMatch(/^HTTP\/1\.1 431 /);
});
