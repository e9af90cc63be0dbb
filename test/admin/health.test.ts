import { describe, expect, test } from 'vitest';
import type { ErrorBody } from '../support/proxy.ts';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw, openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };

describe('the admin listener', () => {
  test.each(['/livez', '/readyz'])('reports ok at %s', async (path) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, admin });

    const answer = await fetch(`${proxy.admin}${path}`);

    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'ok' });
    expect(upstream.seen).toEqual([]);
  });

  test('is alive but not ready while the proxy drains', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy({ ...upstream, admin });
    const caller = await openRaw(proxy.port);
    caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const { response } = await upstream.next();

    const closing = proxy.close({ drainTimeoutMs: 10_000 });
    const ready = await fetch(`${proxy.admin}/readyz`);
    const live = await fetch(`${proxy.admin}/livez`);
    response.end();
    await closing;

    expect([ready.status, live.status]).toEqual([503, 200]);
    expect(await ready.json()).toEqual({ status: 'not ready', reasons: ['the proxy is draining'] });
  });

  test('closes with the proxy', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin });

    await proxy.close();

    await expect(fetch(`${proxy.admin}/livez`)).rejects.toThrow();
  });

  const addressed: [string, string, string[]][] = [
    ['two Hosts', 'TARGET_INVALID', ['GET /livez HTTP/1.1', 'Host: localhost', 'Host: evil.example']],
    ['no Host', 'TARGET_INVALID', ['GET /livez HTTP/1.0']],
    ['a foreign authority', 'HOST_REFUSED', ['GET http://evil.example/livez HTTP/1.1', 'Host: localhost']],
  ];

  test.each(addressed)('refuses %s with %s', async (_, code, lines) => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin });

    const answer = await askRaw(portOf(proxy.admin), ...lines);

    expect(answer.field('x-mkio-proxy-error')).toBe(code);
  });

  const foreign: [string, string, string[]][] = [
    ['a foreign Host', 'HOST_REFUSED', ['Host: evil.example']],
    ['a Host that only begins like loopback', 'HOST_REFUSED', ['Host: localhost.evil.example']],
    ['a foreign Origin', 'ORIGIN_REFUSED', ['Host: localhost', 'Origin: https://evil.example']],
    ['a page of another site', 'ORIGIN_REFUSED', ['Host: localhost', 'Sec-Fetch-Site: cross-site']],
  ];

  test.each(foreign)('answers %s with 403 %s in the error shape of MK.IO', async (_, code, lines) => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin });

    const answer = await askRaw(portOf(proxy.admin), 'GET /livez HTTP/1.1', ...lines);

    const { error, status } = JSON.parse(answer.body) as ErrorBody;
    expect([answer.status, status, error.code, answer.field('x-mkio-proxy-error')]).toEqual([403, 403, code, code]);
  });

  test('answers a request without Host with 400', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin });

    expect((await askRaw(portOf(proxy.admin), 'GET /livez HTTP/1.1')).status).toBe(400);
  });

  test('forwards nothing', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, admin });

    expect((await fetch(`${proxy.admin}/api/v1/x`)).status).toBe(404);
    expect(upstream.seen).toEqual([]);
  });
});

test('without settings there is no admin listener', async () => {
  expect((await startTestProxy(await startUpstream())).admin).toBeUndefined();
});

function portOf(address: string | undefined): number {
  return Number(new URL(address ?? '').port);
}

describe('beyond loopback', () => {
  const open = { host: '0.0.0.0', port: 0 };
  const ask = async (address: string | undefined, path: string, headers: Record<string, string> = {}) =>
    await fetch(`${address?.replace('0.0.0.0', '127.0.0.1')}${path}`, { headers });

  test('only health is served without a key', async () => {
    const { admin: address } = await startTestProxy({ ...(await startUpstream()), admin: open });
    expect((await ask(address, '/livez')).status).toBe(200);
    expect((await ask(address, '/anything', { authorization: 'Bearer anything' })).status).toBe(401);
  });

  test('MKIO_PROXY_ADMIN_KEY opens the rest', async () => {
    const key = 'a-key-of-sixteen';
    const { admin: address } = await startTestProxy({ ...(await startUpstream()), admin: { ...open, key } });
    expect((await ask(address, '/readyz')).status).toBe(200);
    expect((await ask(address, '/anything')).status).toBe(401);
    expect((await ask(address, '/anything', { authorization: `Bearer ${key}` })).status).toBe(404);
  });
});
