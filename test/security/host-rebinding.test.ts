// The attack: the attacker rebinds the DNS name evil.example to 127.0.0.1. The browser then takes the proxy for the
// page's own origin and lets the page read answers. The Host is still the attacker's name.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const foreign = ['evil.example', 'evil.example:6546', 'EVIL.example.', '10.0.0.1', 'app.mk.io'];

describe('a Host that is not the name of the proxy is answered 403 HOST_REFUSED', () => {
  test.each(foreign)('%s', async (host) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', `Host: ${host}`);

    expect(answer.status).toBe(403);
    expect(answer.field('x-mkio-proxy-error')).toBe('HOST_REFUSED');
    expect(upstream.seen).toEqual([]);
  });
});

test('Host is checked before everything else', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);

  const answer = await askRaw(proxy.port, 'TRACE /elsewhere/../x HTTP/1.1', 'Host: evil.example');

  expect(answer.field('x-mkio-proxy-error')).toBe('HOST_REFUSED');
});
