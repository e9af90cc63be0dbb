import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const listener = { maxBodyBytes: 1000 };
const CHUNKED = 'POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;

describe('a body larger than MKIO_PROXY_MAX_BODY', () => {
  test('is answered 413 at once if its length is announced, and nothing is sent upstream', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, listener });
    const caller = await openRaw(proxy.port);

    caller.write('POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n');
    const [answer] = await caller.answers(1);

    expect(answer?.status).toBe(413);
    expect(answer?.field('x-mkio-proxy-error')).toBe('BODY_TOO_LARGE');
    expect(upstream.seen).toEqual([]);
  });

  test('is answered 413 as soon as it is too large, and the upstream call is cancelled', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy({ ...upstream, listener });
    const caller = await openRaw(proxy.port);

    caller.write(CHUNKED + chunk(600));
    const { request, response } = await upstream.next();
    request.resume();
    caller.write(chunk(600));
    const [answer] = await caller.answers(1);
    if (!response.closed) await once(response, 'close');

    expect(answer?.status).toBe(413);
    expect(answer?.field('x-mkio-proxy-error')).toBe('BODY_TOO_LARGE');
    expect(request.complete).toBe(false);
    expect(await proxy.exchange()).toMatchObject({ status: 413, answeredBy: 'refusal', code: 'BODY_TOO_LARGE' });
  });

  test('does not hang the connection: the next request is answered, or the connection closed', async () => {
    const upstream = await startUpstream((request) => void request.resume());
    const proxy = await startTestProxy({ ...upstream, listener });
    const caller = await openRaw(proxy.port);

    caller.write(CHUNKED);
    for (let i = 0; i < 200; i++) caller.write(chunk(100_000));
    caller.write('0\r\n\r\nGET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await caller.ended;

    expect(caller.received()).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('a body of exactly MKIO_PROXY_MAX_BODY', () => {
  test('passes by its length', async () => {
    const upstream = await startUpstream((request, response) => void request.pipe(response));
    const proxy = await startTestProxy({ ...upstream, listener });
    const body = 'x'.repeat(1000);

    const answer = await call(proxy, '/api/v1/x', { method: 'POST', headers: { 'content-length': 1000 }, body });

    expect([answer.status, answer.text]).toEqual([200, body]);
  });

  test('passes chunked', async () => {
    const upstream = await startUpstream((request, response) => void request.pipe(response));
    const proxy = await startTestProxy({ ...upstream, listener });
    const caller = await openRaw(proxy.port);

    caller.write(`${CHUNKED}${chunk(500)}${chunk(500)}0\r\n\r\n`);
    const [answer] = await caller.answers(1);

    expect([answer?.status, answer?.body]).toEqual([200, 'x'.repeat(1000)]);
  });
});
