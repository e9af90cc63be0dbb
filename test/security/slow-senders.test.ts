// The attack: callers that send a byte now and then hold their connections, and with them everybody's, for ever (slowloris,
// R.U.D.Y.). A head has to arrive whole in time, and a body has to keep moving.
import { expect, test } from 'vitest';
import { setInterval } from 'node:timers/promises';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

test('a head that comes byte by byte is cut off in time, however busy its sender', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, listener: { callerTimeoutMs: 300 } });
  const caller = await openRaw(proxy.port);
  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n');
  const busy = (async () => {
    for await (const tick of setInterval(20, 'X-A: b\r\n')) {
      if (caller.socket.destroyed) return;
      caller.write(tick);
    }
  })();

  await caller.ended;
  await busy;

  expect(upstream.seen).toEqual([]);
});

test('many bodies that stop are all cut off, and their upstream calls with them', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, listener: { callerTimeoutMs: 200 } });
  const callers = await Promise.all(Array.from({ length: 20 }, () => openRaw(proxy.port)));
  for (const caller of callers) {
    caller.write('POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc');
  }
  await Promise.all(callers.map(({ ended }) => ended));
  for (const { received } of callers) expect(received()).toMatch(/^HTTP\/1\.1 408 /);
  await proxy.exchange(19);
});
