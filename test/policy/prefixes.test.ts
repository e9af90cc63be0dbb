import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const below = ['/api/v1', '/api/v1?x', '/api/v1?', '/api/v1/', '/api/v1/projects', '/api/v1//projects', '/api/v1/v10'];
const beside = ['/', '/api', '/api/', '/api/v10', '/api/v1.', '/api/v1;x', '/API/v1/x', '/api/V1/x', '//api/v1/x'];
const disguised = ['/%61pi/v1/x', '/api%20/v1/x', '/x/api/v1/y', '/?/api/v1/x', '/api/ams/x', '/.well-known/jwks.json'];

describe('a path is forwarded if a prefix is followed by "/", "?" or the end', () => {
  test.each(below)('%s is forwarded unchanged', async (path) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const { status } = await call(proxy, path);

    expect(status).toBe(200);
    expect(upstream.seen.map(({ url }) => url)).toEqual([path]);
  });

  test.each([...beside, ...disguised])('%s is answered 404 NOT_FORWARDED and not forwarded', async (path) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const { status, headers } = await call(proxy, path);

    expect(status).toBe(404);
    expect(headers['x-mkio-proxy-error']).toBe('NOT_FORWARDED');
    expect(upstream.seen).toEqual([]);
  });
});

test('with several prefixes, only these are forwarded', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, listener: { prefixes: ['/api/v1', '/api/ams'] } });

  const statuses: number[] = [];
  for (const path of ['/api/v1/x', '/api/ams/x', '/api/ams', '/api/amsterdam', '/api/v2']) {
    statuses.push((await call(proxy, path)).status);
  }

  expect(statuses).toEqual([200, 200, 200, 404, 404]);
  expect(upstream.seen.map(({ url }) => url)).toEqual(['/api/v1/x', '/api/ams/x', '/api/ams']);
});
