import { expect, test } from 'vitest';
import { decideReadiness } from '../../src/admin/readiness.ts';
import { startTestProxy } from '../support/proxy.ts';
import { forgeJwt } from '../support/jwt.ts';
import { createFixedStore } from '../support/token.ts';
import { startUpstream } from '../support/upstream.ts';

test.each([
  ['ok', 'ok', 0],
  ['expiring', 'degraded', 1],
  ['failing', 'degraded', 1],
  ['revoked', 'degraded', 1],
  ['missing', 'not ready', 1],
  ['expired', 'not ready', 1],
] as const)('a token that is %s makes the proxy %s, and while it drains it is not ready', (state, status, count) => {
  const readiness = decideReadiness({ isDraining: false, token: { state } });
  expect([readiness.status, readiness.reasons.length]).toEqual([status, count]);
  expect(decideReadiness({ isDraining: true, token: { state } }).status).toBe('not ready');
});

test.each([
  [90_000, 200, 'ok'],
  [80_000, 200, 'degraded'],
  [-1, 503, 'not ready'],
])('/readyz reports a token that expires in %d seconds', async (seconds, status, said) => {
  const token = createFixedStore(forgeJwt({ exp: Math.floor(Date.now() / 1_000) + seconds }));
  const proxy = await startTestProxy({ ...(await startUpstream()), admin: { host: '127.0.0.1', port: 0 }, token });
  const answer = await fetch(`${proxy.admin}/readyz`);
  expect([answer.status, await answer.json()]).toMatchObject([status, { status: said }]);
});
