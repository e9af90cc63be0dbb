import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const PAGE = 'http://localhost:5173';
const preflight = (headers: Record<string, string> = {}) => ({
  method: 'OPTIONS',
  headers: { origin: PAGE, 'access-control-request-method': 'PUT', ...headers },
});
const namesOf = (field: string | undefined): string[] => (field ?? '').split(', ').filter((name) => name !== '');

describe('a preflight of an allowed origin', () => {
  test('is answered 204 by the proxy and does not reach MK.IO', async () => {
    const upstream = await startUpstream();
    const token = { current: (): string => expect.fail('the token was asked for') };
    const proxy = await startTestProxy({ ...upstream, token });

    const { status, headers, body } = await call(proxy, '/api/v1/x', preflight());

    expect([status, body.length]).toEqual([204, 0]);
    expect(headers['access-control-allow-origin']).toBe(PAGE);
    expect(headers.vary).toContain('Origin');
    expect(namesOf(headers['access-control-allow-methods'])).toEqual(
      expect.arrayContaining(['GET', 'PUT', 'PATCH', 'DELETE']),
    );
    expect(Number(headers['access-control-max-age'])).toBeGreaterThan(0);
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(upstream.seen).toEqual([]);
    expect(await proxy.exchange()).toMatchObject({ status: 204, answeredBy: 'preflight', ending: 'complete' });
  });

  test('allows forwarded request headers and the header with the key', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), listener: { forwardHeaders: ['x-extra'] } });
    const asked = 'authorization, content-type, If-Match, x-ms-version, x-extra, x-other, cookie, x-mkio-proxy-token';

    const { headers } = await call(proxy, '/api/v1/x', preflight({ 'access-control-request-headers': asked }));

    expect(namesOf(headers['access-control-allow-headers'])).toEqual([
      'authorization',
      'content-type',
      'if-match',
      'x-ms-version',
      'x-extra',
    ]);
  });

  test('needs no caller key, because browsers send none with it', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), access: { callerKey: 'a-key-of-sixteen' } });
    expect((await call(proxy, '/api/v1/x', preflight())).status).toBe(204);
  });

  test('allows access to the private network on request', async () => {
    const proxy = await startTestProxy(await startUpstream());
    const asked = await call(proxy, '/api/v1/x', preflight({ 'access-control-request-private-network': 'true' }));
    expect(asked.headers['access-control-allow-private-network']).toBe('true');
    expect((await call(proxy, '/api/v1/x', preflight())).headers).not.toHaveProperty(
      'access-control-allow-private-network',
    );
  });
});

test('OPTIONS that is not a preflight is forwarded', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  await call(proxy, '/api/v1/x', { method: 'OPTIONS', headers: { origin: PAGE } });
  expect(upstream.seen).toMatchObject([{ method: 'OPTIONS' }]);
});

describe('a page of an allowed origin can read', () => {
  test("MK.IO's answer, with the proxy's CORS headers instead of the upstream's", async () => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' });
      response.end('{}');
    });
    const proxy = await startTestProxy(upstream);

    const { headers } = await call(proxy, '/api/v1/x', { headers: { origin: PAGE } });

    expect(headers['access-control-allow-origin']).toBe(PAGE);
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    expect(headers.vary).toBe('Origin');
    expect(namesOf(headers['access-control-expose-headers'])).toEqual([
      'x-request-id',
      'x-mkio-proxy-error',
      'retry-after',
      'location',
      'content-disposition',
    ]);
  });

  test.each([
    ['a refusal', '/elsewhere', {}, 404],
    ['a missing key', '/api/v1/x', { callerKey: 'a-key-of-sixteen' }, 401],
  ])('%s', async (_, path, access, status) => {
    const proxy = await startTestProxy({ ...(await startUpstream()), access });
    const answer = await call(proxy, path, { headers: { origin: PAGE } });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, PAGE]);
  });
});

test('programs, which send no Origin, get no CORS header', async () => {
  const proxy = await startTestProxy(await startUpstream());
  const { headers } = await call(proxy, '/api/v1/x');
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-') || name === 'vary')).toEqual([]);
});
