// The attack: a caller sends endless heads or bodies, or keeps many connections open, to exhaust memory or sockets.
// Each has a limit, and the answer names it.
import { expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

test('an endless head is answered 431, and the connection closed', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write(`GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n${'X-A: b\r\n'.repeat(5_000)}`);
  await caller.ended;
  expect(caller.received()).toMatch(/^HTTP\/1\.1 431 /);
  expect(upstream.seen).toEqual([]);
});

test('an endless target is answered 431', async () => {
  const proxy = await startTestProxy(await startUpstream());
  const caller = await openRaw(proxy.port);
  caller.write(`GET /api/v1/${'x'.repeat(40_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await caller.ended;
  expect(caller.received()).toMatch(/^HTTP\/1\.1 431 /);
});

test('a body over MKIO_PROXY_MAX_BODY is answered 413, with or without a Content-Length', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, listener: { maxBodyBytes: 1000 } });
  const announced = await call(proxy, '/api/v1/x', { method: 'POST', body: 'x'.repeat(1001) });
  expect([announced.status, upstream.seen.length]).toEqual([413, 0]);

  const caller = await openRaw(proxy.port);
  caller.write('POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  for (let sent = 0; sent < 3; sent++) caller.write(`200\r\n${'x'.repeat(512)}\r\n`);
  expect(await caller.until('x-mkio-proxy-error')).toMatch(/^HTTP\/1\.1 413 /);
});

test('connections over the limit are answered 503, and the others still work', async () => {
  const proxy = await startTestProxy({ ...(await startUpstream()), listener: { maxConnections: 2 } });
  const [kept] = [await openRaw(proxy.port), await openRaw(proxy.port)];
  const refused = await openRaw(proxy.port);
  refused.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await refused.ended;
  expect(refused.received()).toMatch(/^HTTP\/1\.1 503 /);

  kept.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(await kept.until('{"ok":true}')).toMatch(/^HTTP\/1\.1 200 /);
});
