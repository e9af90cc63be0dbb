// The attack: the upstream redirects to the attacker's server, for example by an open redirect.
// A proxy that follows the redirect sends the token there.
import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

describe.each([300, 301, 302, 303, 305, 307, 308])('a redirect with %s', (status) => {
  test.each(['GET', 'POST'])('to a foreign server is forwarded to the caller of %s, not followed', async (method) => {
    const attacker = await startUpstream();
    const location = `${attacker.origin}/api/v1/x`;
    const upstream = await startUpstream((_, response) => response.writeHead(status, { location }).end());
    const proxy = await startTestProxy(upstream);

    const answer = await call(proxy, '/api/v1/x', { method });

    expect([answer.status, answer.headers.location]).toEqual([status, location]);
    expect(attacker.seen).toEqual([]);
    expect(upstream.seen).toHaveLength(1);
  });
});

test('a redirect within the upstream is not followed either', async () => {
  const upstream = await startUpstream((_, response) =>
    response.writeHead(302, { location: '/api/v1/user/tokens' }).end(),
  );
  const proxy = await startTestProxy(upstream);

  expect((await call(proxy, '/api/v1/x')).status).toBe(302);
  expect(upstream.seen).toHaveLength(1);
});
