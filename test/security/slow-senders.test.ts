// The attack: callers send a byte now and then to use up all connections (slowloris, R.U.D.Y.).
// A head must arrive in time, and a body must make progress.
import { expect, test } from 'vitest';
import { setInterval } from 'node:timers/promises';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

test('a head that arrives byte by byte times out, even while bytes keep arriving', async () => {
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

test('many stalled bodies all time out, and their upstream calls are cancelled', async () => {
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
