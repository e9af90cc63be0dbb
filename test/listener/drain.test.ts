import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

// Longer than the test timeout: a test that waits for it fails.
const LONG = 60_000;
const GET = 'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('while it drains', () => {
  test('the proxy lets a running exchange finish', async () => {
    const { upstream, proxy, caller } = await startExchange();
    const { response } = await upstream.next();

    const closing = proxy.close({ drainTimeoutMs: LONG });
    await refused(proxy.port);
    response.end('in time');

    expect(await caller.until('in time')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await closing).toEqual({ cut: 0 });
    expect(await caller.ended).toBe('closed');
    expect(await proxy.exchange()).toMatchObject({ ending: 'complete' });
  });

  test('an answer announces that its connection will close', async () => {
    const { upstream, proxy, caller } = await startExchange();
    const { response } = await upstream.next();

    const closing = proxy.close({ drainTimeoutMs: LONG });
    response.end('in time');

    expect(await caller.until('in time')).toMatch(/^connection: close\r$/im);
    await closing;
  });

  test('a cancelled exchange is logged before the drain ends', async () => {
    const { upstream, proxy } = await startExchange();
    const { response } = await upstream.next();
    response.write('begun');

    expect(await proxy.close({ drainTimeoutMs: 50 })).toEqual({ cut: 1 });

    expect(proxy.logged).toMatchObject([
      { method: 'GET', status: 200, ending: expect.not.stringMatching('complete') as string },
    ]);
  });

  test('a running download finishes', async () => {
    const { upstream, proxy, caller } = await startExchange();
    const { response } = await upstream.next();
    response.setHeader('content-type', 'application/octet-stream').write('begun');
    await caller.until('begun');

    const closing = proxy.close({ drainTimeoutMs: LONG });
    await refused(proxy.port);
    response.write(' going on');
    await caller.until(' going on');
    response.end(' done');

    await caller.until(' done');
    expect(await closing).toEqual({ cut: 0 });
  });

  test('an exchange that exceeds the limit is cancelled and counted', async () => {
    const { upstream, proxy, caller } = await startExchange();
    const { response } = await upstream.next();

    const closing = proxy.close({ drainTimeoutMs: 50 });
    await once(response, 'close');

    expect(await closing).toEqual({ cut: 1 });
    await caller.ended;
    expect(caller.received()).toBe('');
  });

  test('each of several cancelled exchanges is counted', async () => {
    const { upstream, proxy } = await startExchange();
    await upstream.next();
    const other = await openRaw(proxy.port);
    other.write(GET);
    await upstream.next();

    expect(await proxy.close({ drainTimeoutMs: 0 })).toEqual({ cut: 2 });
  });

  test('idle connections are closed and not counted', async () => {
    const { upstream, proxy, caller } = await startExchange();
    (await upstream.next()).response.end('done');
    await caller.until('done');

    expect(await proxy.close({ drainTimeoutMs: LONG })).toEqual({ cut: 0 });
    expect(await caller.ended).toBe('closed');
  });

  test('a connection without a request does not delay the drain', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const silent = await openRaw(proxy.port);

    expect(await proxy.close({ drainTimeoutMs: LONG })).toEqual({ cut: 0 });
    expect(await silent.ended).toBe('closed');
  });
});

async function startExchange() {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write(GET);
  return { upstream, proxy, caller };
}

/** Resolves as soon as new connections are refused. */
async function refused(port: number): Promise<void> {
  await expect
    .poll(
      async () =>
        await new Promise((resolve) => {
          const socket = connect(port, '127.0.0.1');
          socket.once('connect', () => {
            socket.destroy();
            resolve('accepted');
          });
          socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        }),
      { interval: 5 },
    )
    .toBe('ECONNREFUSED');
}
