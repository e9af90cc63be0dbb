import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { askRaw, readAnswer, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const ALLOW = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

describe('the methods of MK.IO', () => {
  test.each(ALLOW.split(', '))('%s reaches the upstream', async (method) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const { status } = await call(proxy, '/api/v1/x', { method });

    expect(status).toBe(200);
    expect(upstream.seen.map((seen) => seen.method)).toEqual([method]);
  });
});

describe('every other method is answered 405 METHOD_REFUSED with Allow', () => {
  test.each(['TRACE', 'PROPFIND', 'LOCK', 'PURGE', 'SEARCH', 'BREW', 'get', 'Post', 'GETX'])('%s', async (method) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `${method} /api/v1/x HTTP/1.1`, 'Host: 127.0.0.1');

    expect(answer.status).toBe(405);
    expect(answer.field('x-mkio-proxy-error')).toBe('METHOD_REFUSED');
    expect(answer.field('allow')).toBe(ALLOW);
    expect(upstream.seen).toEqual([]);
  });

  test('CONNECT, which opens no tunnel', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const received = await sendRaw(
      proxy.port,
      `CONNECT 127.0.0.1:${upstream.port} HTTP/1.1\r\nHost: 127.0.0.1:${upstream.port}\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    );

    const answer = readAnswer(received);
    expect(answer.status).toBe(405);
    expect(answer.field('allow')).toBe(ALLOW);
    expect(upstream.seen).toEqual([]);
  });
});
