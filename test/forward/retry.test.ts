import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { startRawUpstream, startUpstream } from '../support/upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('a kept-alive connection that dies with the next request', () => {
  test.each(['GET', 'HEAD'])('is replaced once for %s, unnoticed by the caller', async (method) => {
    const upstream = await startDying((socket) => socket.destroy());
    const proxy = await startTestProxy(upstream);
    await call(proxy, '/api/v1/1', { method: 'POST' });

    const answer = await call(proxy, '/api/v1/2', { method });

    expect(answer.status).toBe(200);
    expect(upstream.received.map((bytes) => bytes.split(`${method} /api/v1/2 `).length - 1)).toEqual([1, 1]);
    expect(await proxy.exchange(1)).toMatchObject({ status: 200, answeredBy: 'upstream', retries: 1 });
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('fails %s, which is not retried', async (method) => {
    const upstream = await startDying((socket) => socket.destroy());
    const proxy = await startTestProxy(upstream);
    await call(proxy, '/api/v1/1');

    const answer = await call(proxy, '/api/v1/2', { method });

    expect(answer.headers['x-mkio-proxy-error']).toBe('UPSTREAM_RESET');
    expect(upstream.received).toHaveLength(1);
  });

  test('fails a GET with a body, which cannot be retried', async () => {
    const upstream = await startDying((socket) => socket.destroy());
    const proxy = await startTestProxy(upstream);
    await call(proxy, '/api/v1/1');

    const answer = await call(proxy, '/api/v1/2', { headers: { 'content-length': 5 }, body: 'hello' });

    expect(answer.headers['x-mkio-proxy-error']).toBe('UPSTREAM_RESET');
    expect(upstream.received).toHaveLength(1);
  });

  test('fails a GET if the answer has started', async () => {
    const upstream = await startDying((socket) => socket.end('HTTP/1.1 2'));
    const proxy = await startTestProxy(upstream);
    await call(proxy, '/api/v1/1');

    const answer = await call(proxy, '/api/v1/2');

    expect(answer.status).toBe(502);
    expect(upstream.received).toHaveLength(1);
  });

  test('fails a GET if the retry dies too', async () => {
    const upstream = await startRawUpstream((socket, connection) => {
      if (connection === 0 && socket.bytesWritten === 0) socket.write(OK);
      else socket.destroy();
    });
    const proxy = await startTestProxy(upstream);
    await call(proxy, '/api/v1/1');

    const answer = await call(proxy, '/api/v1/2');

    expect(answer.headers['x-mkio-proxy-error']).toBe('UPSTREAM_RESET');
    expect(upstream.received).toHaveLength(2);
    expect(await proxy.exchange(1)).toMatchObject({ retries: 1, answeredBy: 'failure' });
  });
});

test('many dead kept-alive connections fail no GET and retry no POST', async () => {
  let dead = false;
  const upstream = await startRawUpstream((socket) => {
    if (dead && socket.bytesWritten > 0) socket.destroy();
    else socket.write(OK);
  });
  const proxy = await startTestProxy(upstream);
  await Promise.all(Array.from({ length: 12 }, (_, i) => call(proxy, `/api/v1/${i}`)));
  dead = true;

  const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => call(proxy, `/api/v1/again/${i}`)));
  await call(proxy, '/api/v1/once', { method: 'POST' });

  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(upstream.received.join('').split('/api/v1/once ')).toHaveLength(2);
});

test('a GET without an answer on a kept-alive connection times out and is not retried', async () => {
  const upstream = await startRawUpstream((socket) => {
    if (socket.bytesWritten === 0) socket.write(OK);
  });
  const proxy = await startTestProxy({ ...upstream, upstream: { headersTimeoutMs: 300 } });
  await call(proxy, '/api/v1/1');

  const answer = await call(proxy, '/api/v1/2');

  expect(answer.headers['x-mkio-proxy-error']).toBe('UPSTREAM_TIMEOUT');
  expect(upstream.received.join('').split('/api/v1/2 ')).toHaveLength(2);
});

test('a new connection that dies with a GET fails it without a retry', async () => {
  const upstream = await startRawUpstream((socket) => socket.destroy());
  const proxy = await startTestProxy(upstream);

  const answer = await call(proxy, '/api/v1/x');

  expect(answer.headers['x-mkio-proxy-error']).toBe('UPSTREAM_RESET');
  expect(upstream.received).toHaveLength(1);
});

describe.each([503, 429, 500, 502, 504, 408])('an answer of %s', (status) => {
  test('passes through once, with its Retry-After', async () => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(status, { 'retry-after': '1', 'content-type': 'application/json' }).end('{"busy":true}');
    });
    const proxy = await startTestProxy(upstream);

    const answer = await call(proxy, '/api/v1/x');

    expect([answer.status, answer.text, answer.headers['retry-after']]).toEqual([status, '{"busy":true}', '1']);
    expect(upstream.seen).toHaveLength(1);
  });
});

test('the connection to the upstream is kept for the next request', async () => {
  const upstream = await startRawUpstream((socket) => socket.write(OK));
  const proxy = await startTestProxy(upstream);

  for (let i = 0; i < 3; i++) await call(proxy, '/api/v1/x');

  expect(upstream.received).toHaveLength(1);
});

/** Answers every request, but `die` ends its first connection at the second request. */
async function startDying(die: (socket: Socket) => void) {
  return await startRawUpstream((socket, connection) => {
    if (connection === 0 && socket.bytesWritten > 0) die(socket);
    else socket.write(OK);
  });
}
