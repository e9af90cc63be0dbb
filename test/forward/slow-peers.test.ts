import { createHash, randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startRawUpstream, startUpstream } from '../support/upstream.ts';

const BODY = randomBytes(12 * 1024 * 1024);
const HASH = hash(BODY);

describe('bytes wait for a slow reader and arrive unchanged', () => {
  test('a download, for the caller', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy(upstream);
    const caller = await openRaw(proxy.port);
    caller.socket.pause();
    caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const { response } = await upstream.next();

    response.writeHead(200, { 'content-length': BODY.length });
    // Once the upstream's socket buffers, backpressure has reached it.
    for (let at = 0; at < BODY.length; at += 65_536) response.write(BODY.subarray(at, at + 65_536));
    response.end();
    await settle(() => response.writableLength);
    expect(response.writableLength).toBeGreaterThan(0);
    caller.socket.resume();
    await caller.ended;

    expect(hash(caller.received().split('\r\n\r\n').slice(1).join('\r\n\r\n'))).toBe(HASH);
  });

  test('an upload, for the upstream', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy(upstream);
    const caller = await openRaw(proxy.port);
    caller.write(`PUT /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${BODY.length}\r\n\r\n`);
    caller.write(BODY.subarray(0, 1));
    const { request, response } = await upstream.next();

    caller.write(BODY.subarray(1));
    await settle(() => caller.socket.writableLength);
    expect(caller.socket.writableLength).toBeGreaterThan(0);
    const received = createHash('sha256');
    for await (const chunk of request as AsyncIterable<Buffer>) received.update(chunk);
    response.end('done');
    await caller.until('done');

    expect(received.digest('hex')).toBe(HASH);
  });
});

describe('an upstream that closes while the caller is not reading', () => {
  const ways: [string, string][] = [
    ['after a body with a Content-Length', 'Connection: close\r\nContent-Length: 3000000\r\n\r\n'],
    ['after a body without one', '\r\n'],
  ];

  test.each(ways)('%s neither crashes the process nor truncates the answer', async (_, fields) => {
    const body = 'a'.repeat(3_000_000);
    const upstream = await startRawUpstream((socket, _connection, chunk) => {
      if (chunk.includes('/slow ')) return;
      socket.end(`HTTP/1.1 200 OK\r\n${fields}${body}`);
    });
    const proxy = await startTestProxy(upstream);
    // The second answer waits for the first, so it pauses at an arbitrary byte.
    const caller = await openRaw(proxy.port);
    caller.socket.pause();
    for (let i = 0; i < 8; i++) caller.write('GET /api/v1/big HTTP/1.1\r\nHost: localhost\r\n\r\n');
    caller.write('GET /api/v1/big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await settle(() => caller.socket.bytesRead);
    caller.socket.resume();
    await caller.ended;

    expect(caller.received().split('HTTP/1.1 200 OK').length - 1).toBe(9);
    for (let i = 0; i < 9; i++) {
      expect(await proxy.exchange(i)).toMatchObject({ status: 200, bytes: body.length, ending: 'complete' });
    }
  });
});

test('an upstream reset while the caller is not reading neither crashes the process nor completes the answer', async () => {
  const upstream = await startRawUpstream((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6000000\r\n\r\n');
    socket.write(BODY.subarray(0, 3_000_000), () => socket.resetAndDestroy());
  });
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.socket.pause();
  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await settle(() => caller.socket.bytesRead);
  caller.socket.resume();
  await caller.ended;

  expect(caller.received().length).toBeLessThan(6_000_000);
  expect(await proxy.exchange()).toMatchObject({ ending: 'truncated' });
});

/** Resolves once a number is unchanged for several turns of the event loop. */
async function settle(read: () => number): Promise<void> {
  for (let still = 0, last = read(); still < 2000; still++) {
    await setImmediate();
    const now = read();
    if (now !== last) still = 0;
    last = now;
  }
}

function hash(bytes: Buffer | string): string {
  return createHash('sha256')
    .update(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    .digest('hex');
}
