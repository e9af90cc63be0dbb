import { expect, test } from 'vitest';
import type { ErrorBody } from '../support/proxy.ts';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const HOST = 'Host: localhost';

test.each([
  ['an invalid header line', 400, 'TARGET_INVALID', ['GET /livez HTTP/1.1', HOST, 'a b: c']],
  ['a head that is too large', 431, 'HEADERS_TOO_LARGE', ['GET /livez HTTP/1.1', HOST, `x: ${'x'.repeat(20_000)}`]],
  ['an unknown method', 405, 'METHOD_REFUSED', ['BREW /livez HTTP/1.1', HOST]],
  ['a tunnel', 405, 'METHOD_REFUSED', ['CONNECT app.mk.io:443 HTTP/1.1', HOST]],
  ['no Host', 400, 'TARGET_INVALID', ['GET /livez HTTP/1.1']],
])('the admin listener answers %s in the common error shape', async (_, status, code, lines) => {
  const proxy = await startTestProxy({ ...(await startUpstream()), admin: { host: '127.0.0.1', port: 0 } });

  const answer = await askRaw(Number(new URL(proxy.admin ?? '').port), ...lines);

  expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([status, code]);
  expect(answer.field('x-content-type-options')).toBe('nosniff');
  expect((JSON.parse(answer.body) as ErrorBody).error.code).toBe(code);
});
