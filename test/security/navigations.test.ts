// The attack: a script makes the browser navigate so that the request looks like a typed address (Sec-Fetch-Site: none),
// e.g. by a login of FedCM that redirects here. The proxy shows a page instead, and a click on its link makes the call.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const TYPED = ['Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
const get = (port: number, ...lines: string[]) =>
  askRaw(port, 'GET /api/v1/x?a=1 HTTP/1.1', 'Host: localhost', ...lines);

describe('a page is shown and no call is made', () => {
  test.each([
    ['for a typed address', TYPED],
    ['if the browser reports a user', [...TYPED, 'Sec-Fetch-User: ?1']],
    ['for a request without a mode', ['Sec-Fetch-Site: none']],
    ['without fetch metadata, as over plain HTTP beyond loopback', ['Upgrade-Insecure-Requests: 1']],
    ['with a Referer of an allowed page', ['Upgrade-Insecure-Requests: 1', 'Referer: http://localhost:5173/']],
  ])('%s', async (_, lines) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port: 0 } });

    const answer = await get(proxy.port, ...lines);

    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'NAVIGATION_REFUSED']);
    expect(answer.field('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('<a class="call" href="/api/v1/x?a=1">');
    expect(answer.body).toContain(`<a href="${proxy.admin}/">`);
    expect(upstream.seen).toEqual([]);
    expect(await proxy.exchange()).toMatchObject({ answeredBy: 'refusal', code: 'NAVIGATION_REFUSED' });
  });

  test('and the page can run no script and is in no frame', async () => {
    const proxy = await startTestProxy(await startUpstream());
    const answer = await get(proxy.port, ...TYPED);
    expect(answer.field('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/,
    );
    expect(answer.field('x-frame-options')).toBe('DENY');
    expect(answer.field('cache-control')).toBe('no-store');
    expect(answer.body).not.toContain('<script');
  });

  test('and the page shows a target as text', async () => {
    const proxy = await startTestProxy(await startUpstream());
    const line = `GET /api/v1/x?"'><img src=x onerror=alert(1)> HTTP/1.1`
      .replaceAll(' src', '+src')
      .replace(' onerror', '+onerror');
    const { body } = await askRaw(proxy.port, line, 'Host: localhost', ...TYPED);
    expect(body).toContain('href="/api/v1/x?&quot;&#39;&gt;&lt;img+src=x+onerror=alert(1)&gt;"');
    expect(body).not.toContain('<img');
  });
});

test.each(['iframe', 'frame', 'embed', 'object', 'image', 'empty'])(
  'a request as if typed, for destination %s, is refused',
  async (destination) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const answer = await get(
      proxy.port,
      'Sec-Fetch-Site: none',
      'Sec-Fetch-Mode: navigate',
      `Sec-Fetch-Dest: ${destination}`,
    );
    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(upstream.seen).toEqual([]);
  },
);

test.each(['POST', 'PUT', 'DELETE'])(
  'a navigation by %s is refused, because no link can make that call',
  async (method) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const answer = await askRaw(
      proxy.port,
      `${method} /api/v1/x HTTP/1.1`,
      'Host: localhost',
      'Content-Length: 0',
      ...TYPED,
    );
    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(upstream.seen).toEqual([]);
  },
);

describe('the call is made', () => {
  test.each([
    [
      'by the link of the page',
      ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'],
    ],
    ['by the link, without fetch metadata', ['Upgrade-Insecure-Requests: 1', 'Referer: http://localhost/api/v1/x']],
    ['by a program', []],
  ])('%s', async (_, lines) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    expect((await get(proxy.port, ...lines)).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
  });

  test('by a typed address if the operator lets navigations pass', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, access: { passNavigations: true } });
    expect((await get(proxy.port, ...TYPED)).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
  });
});
