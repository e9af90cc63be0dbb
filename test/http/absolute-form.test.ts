import { describe, expect, test } from 'vitest';
import { askRaw } from '../support/raw.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

describe('an absolute-form target', () => {
  test('of the proxy itself is forwarded as its path and query', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `GET ${proxy.address}/api/v1/a%20b/?c=/d HTTP/1.1`, 'Host: 127.0.0.1');

    expect(answer.status).toBe(200);
    expect(upstream.seen.map(({ url, headers }) => [url, headers.host])).toEqual([
      ['/api/v1/a%20b/?c=/d', new URL(upstream.origin).host],
    ]);
  });

  test('overrides Host', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, 'GET HTTP://LocalHost/api/v1/x HTTP/1.1', 'Host: app.mk.io');

    expect(answer.status).toBe(200);
  });

  test('with a foreign authority is answered 403 HOST_REFUSED, with any Host', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, 'GET http://evil.example/api/v1/x HTTP/1.1', 'Host: 127.0.0.1');

    expect(answer.status).toBe(403);
    expect(answer.field('x-mkio-proxy-error')).toBe('HOST_REFUSED');
    expect(upstream.seen).toEqual([]);
  });

  const beside = ['http://127.0.0.1', 'http://127.0.0.1/', 'http://127.0.0.1?/api/v1/x', 'http://127.0.0.1/other'];

  test.each(beside)('outside the prefixes is answered 404 NOT_FORWARDED: %s', async (url) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `GET ${url} HTTP/1.1`, 'Host: 127.0.0.1');

    expect(answer.status).toBe(404);
    expect(answer.field('x-mkio-proxy-error')).toBe('NOT_FORWARDED');
    expect(upstream.seen).toEqual([]);
  });

  test('is checked by the same rules as a path', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, 'GET http://127.0.0.1/api/v1/%2e%2e/x HTTP/1.1', 'Host: 127.0.0.1');

    expect(answer.field('x-mkio-proxy-error')).toBe('TARGET_INVALID');
    expect(upstream.seen).toEqual([]);
  });
});
