// The attack: a careless comparison takes the attacker's host name for loopback or for an allowed name.
// The proxy compares the whole Host.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const lookAlikes = [
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.1.nip.io',
  'evil-localhost',
  'localhostx',
  'localhost..',
  'localhost.localdomain',
  '0.0.0.0:6546',
  '[::]:6546',
  '[::ffff:7f00:1]',
  '2130706433',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '127.1',
  'xn--lcalhost-g0a',
  'proxy.example.com.evil.example',
  'evilproxy.example.com',
  'x.proxy.example.com',
  'internal.test',
  'evilinternal.test',
  'a.internal.test.evil.example',
];

describe("a Host that only resembles one of the proxy's names is answered 403 HOST_REFUSED", () => {
  test.each(lookAlikes)('%s', async (host) => {
    const upstream = await startUpstream();
    const allowedHosts = ['proxy.example.com', '.internal.test'];
    const proxy = await startTestProxy({ ...upstream, access: { allowedHosts } });

    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', `Host: ${host}`);

    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'HOST_REFUSED']);
    expect(upstream.seen).toEqual([]);
  });
});
