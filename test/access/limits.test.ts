import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import type { ErrorBody } from '../support/proxy.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

describe('MKIO_PROXY_RATE_LIMIT', () => {
  test('refuses further requests of a caller in a minute, and reports the remaining number', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, access: { rateLimit: 2 } });

    const [first, second, third] = [
      await call(proxy, '/api/v1/x'),
      await call(proxy, '/api/v1/x'),
      await call(proxy, '/api/v1/x'),
    ];

    expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' });
    expect(third.headers).toMatchObject({ 'x-mkio-proxy-error': 'RATE_LIMITED', 'ratelimit-remaining': '0' });
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(third.text) as ErrorBody).toMatchObject({ error: { code: 'RATE_LIMITED' }, status: 429 });
    expect(upstream.seen).toHaveLength(2);
    expect(await proxy.exchange(2)).toMatchObject({ status: 429, answeredBy: 'refusal', code: 'RATE_LIMITED' });
  });

  test('counts each caller separately', async () => {
    const access = { rateLimit: 1, callerKey: 'a-key-of-sixteen' };
    const proxy = await startTestProxy({ ...(await startUpstream()), access });
    const headers = { authorization: 'Bearer a-key-of-sixteen' };
    expect((await call(proxy, '/api/v1/x')).status).toBe(401);
    expect((await call(proxy, '/api/v1/x', { headers })).status).toBe(200);
    expect((await call(proxy, '/api/v1/x', { headers })).status).toBe(429);
  });

  test('is off unless set', async () => {
    const proxy = await startTestProxy(await startUpstream());
    const { headers } = await call(proxy, '/api/v1/x');
    expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([]);
  });
});

describe('MKIO_PROXY_MAX_EXCHANGES', () => {
  test('refuses one exchange too many of a caller, and accepts it after another one ends', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy({ ...upstream, access: { maxExchanges: 1 } });
    const first = call(proxy, '/api/v1/1');
    const { response } = await upstream.next();

    const second = await call(proxy, '/api/v1/2');
    expect([second.status, second.headers['x-mkio-proxy-error']]).toEqual([429, 'RATE_LIMITED']);
    expect(second.headers['retry-after']).toBe('1');

    response.end('{}');
    expect((await first).status).toBe(200);
    await proxy.exchange(1);
    const third = call(proxy, '/api/v1/3');
    (await upstream.next()).response.end('{}');
    expect((await third).status).toBe(200);
  });
});
