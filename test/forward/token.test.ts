import { describe, expect, test } from 'vitest';
import { ProxyError } from '../../src/errors.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

describe('without a token', () => {
  test.each(['TOKEN_UNAVAILABLE', 'TOKEN_EXPIRED'] as const)('a request is answered 503 %s', async (code) => {
    const upstream = await startUpstream();
    const current = () => {
      throw new ProxyError(code, 'There is no token.');
    };
    const proxy = await startTestProxy({ ...upstream, token: { current } });

    const answer = await call(proxy, '/api/v1/x');

    expect(answer.status).toBe(503);
    expect(answer.headers['x-mkio-proxy-error']).toBe(code);
    expect(answer.headers['proxy-status']).toBe('mkio-proxy; error=proxy_configuration_error');
    expect(upstream.seen).toEqual([]);
  });

  test('a forbidden request is still refused by its rule', async () => {
    const upstream = await startUpstream();
    const current = () => {
      throw new ProxyError('TOKEN_UNAVAILABLE', 'There is no token.');
    };
    const proxy = await startTestProxy({ ...upstream, token: { current } });

    expect((await call(proxy, '/elsewhere')).status).toBe(404);
  });
});

test('the current token is sent upstream, not the one from startup', async () => {
  const upstream = await startUpstream();
  let token = 'first';
  const proxy = await startTestProxy({ ...upstream, token: { current: () => token } });
  token = 'second';

  await call(proxy, '/api/v1/x');

  expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer second']);
});
