import { describe, expect, test } from 'vitest';
import { askRaw } from '../support/raw.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const invalid: [string, string[]][] = [
  ['no Host', []],
  ['an empty Host', ['Host:']],
  ['a list as Host', ['Host: 127.0.0.1, localhost']],
  ['a Host with user information', ['Host: user@127.0.0.1']],
  ['a URL as Host', ['Host: http://127.0.0.1']],
  ['a Host with a path', ['Host: 127.0.0.1/api']],
  ['a Host with inner white space', ['Host: 127.0.0.1 localhost']],
  ['a Host with a port that is no number', ['Host: 127.0.0.1:http']],
  ['a Host with a hexadecimal port', ['Host: localhost:0x50']],
  ['a Host with a negative port', ['Host: localhost:-1']],
  ['a Host with port 0', ['Host: localhost:0']],
  ['a Host with the port after the last', ['Host: localhost:65536']],
  ['a Host with a port beyond 16 bits', ['Host: localhost:99999']],
  ['a Host with a very long port', ['Host: [::1]:00000000000000000080000']],
  ['a Host with two ports', ['Host: localhost:80:80']],
];

describe('a request must carry exactly one valid Host', () => {
  test.each(invalid)('%s is answered 400 TARGET_INVALID', async (_, lines) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', ...lines);

    expect(answer.status).toBe(400);
    expect(answer.field('x-mkio-proxy-error')).toBe('TARGET_INVALID');
    expect(upstream.seen).toEqual([]);
  });

  test.each(['127.0.0.1', '127.0.0.1:1', 'localhost:6546', 'LOCALHOST.', 'app.localhost', '127.8.9.1', '[::1]:6546'])(
    'a loopback name or address is the proxy itself: %s',
    async (host) => {
      const upstream = await startUpstream();
      const proxy = await startTestProxy(upstream);

      const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', `Host: ${host}`);

      expect(answer.status).toBe(200);
    },
  );

  test('the upstream receives only its own Host', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost');

    const names = upstream.seen[0]?.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    expect(names?.filter((name) => name === 'host')).toEqual(['host']);
    expect(upstream.seen[0]?.headers.host).toBe(new URL(upstream.origin).host);
  });
});
