import { expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstream.ts';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ntransfer-encoding: chunked\r\n\r\n';

test('chunks of one byte are joined while the caller has not read earlier ones', async () => {
  const upstream = await startRawUpstream((socket) => {
    socket.write(HEAD + '1\r\nx\r\n'.repeat(20_000) + '0\r\n\r\n');
  });
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');

  const received = await caller.until('\r\n0\r\n\r\n');

  const chunks = [...received.slice(received.indexOf('\r\n\r\n') + 4).matchAll(/([\da-f]+)\r\n(x*)\r\n/g)];
  expect(chunks.map(([, , text]) => text).join('')).toBe('x'.repeat(20_000));
  expect(chunks.length).toBeLessThan(100);
});

test('a small chunk leaves at once if none waits', async () => {
  const upstream = await startRawUpstream((socket) => void socket.write(`${HEAD}1\r\na\r\n`));
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await caller.until('1\r\na\r\n');
});
