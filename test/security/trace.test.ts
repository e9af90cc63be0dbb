// The attack: TRACE makes a server return the request, with the Authorization header that the proxy added.
// CONNECT and unknown methods may do worse. The proxy sends only the methods of MK.IO's API.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

describe('the method', () => {
  test.each(['TRACE', 'TRACK', 'DEBUG', 'PROPFIND', 'SEARCH', 'get', 'Get', 'LINK', 'M-SEARCH'])(
    '%s is refused, and nothing is sent upstream',
    async (method) => {
      const upstream = await startUpstream();
      const proxy = await startTestProxy(upstream);

      const answer = await askRaw(proxy.port, `${method} /api/v1/x HTTP/1.1`, 'Host: localhost', 'Max-Forwards: 0');

      expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([405, 'METHOD_REFUSED']);
      expect(upstream.seen).toEqual([]);
    },
  );

  test('is not changed by an override header', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const names = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];

    await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', ...names.map((name) => `${name}: DELETE`));

    expect(upstream.seen.map(({ method }) => method)).toEqual(['GET']);
    for (const name of names) expect(upstream.seen[0]?.headers).not.toHaveProperty(name.toLowerCase());
  });
});
