// The attack: lenient servers still accept HTTP/0.9, other versions, bare line feeds and malformed request lines.
// A page or a gateway could pass an unchecked request that way. None of them reaches a handler.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

describe('a request', () => {
  test.each([
    ['of HTTP/0.9', 'GET /api/v1/x\r\n'],
    ['of HTTP/0.9 with a bare line feed', 'GET /api/v1/x\n'],
    ['whose line ends in a bare LF', 'GET /api/v1/x HTTP/1.1\nHost: localhost\nConnection: close\n\n'],
    ['whose head ends in a bare LF', 'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\n'],
    ['whose line ends in a bare CR', 'GET /api/v1/x HTTP/1.1\rHost: localhost\r\r'],
    ['of cleartext HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['of HTTP/3.0', 'GET /api/v1/x HTTP/3.0\r\nHost: localhost\r\n\r\n'],
    ['with a tab', 'GET\t/api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['of TLS', Buffer.from('160301020001000001fc0303', 'hex')],
  ])('%s reaches no handler', async (_, bytes) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, listener: { callerTimeoutMs: 300 } });

    const received = await sendRaw(proxy.port, bytes);

    expect(received).not.toMatch(/^HTTP\/1\.1 2/);
    expect(upstream.seen).toEqual([]);
  });
});

describe.each(['0.9', '1.2', '2.0', '1.9', '0.0', '9.9', '1.10', '01.1', '1'])(
  'a complete request that names HTTP/%s',
  (version) => {
    test('is answered 400 before anything else', async () => {
      const upstream = await startUpstream();
      const proxy = await startTestProxy(upstream);

      const answer = await askRaw(proxy.port, `GET /elsewhere HTTP/${version}`, 'Host: evil.example');

      expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([400, 'TARGET_INVALID']);
      expect(upstream.seen).toEqual([]);
    });

    test('ends its connection, so that no request hides behind it', async () => {
      const upstream = await startUpstream();
      const proxy = await startTestProxy(upstream);
      const asks = `POST /api/v1/x HTTP/${version}\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`;

      const received = await sendRaw(proxy.port, asks + asks.replace(version, '1.1'));

      expect(received.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 400']);
      expect(upstream.seen).toEqual([]);
    });

    test('is refused by the admin listener, too', async () => {
      const upstream = await startUpstream();
      const { admin = '' } = await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port: 0 } });

      const answer = await askRaw(Number(new URL(admin).port), `GET /livez HTTP/${version}`, 'Host: localhost');

      expect(answer.status).toBe(400);
    });
  },
);
