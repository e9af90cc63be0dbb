import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw, readAnswer, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const WEBSOCKET = ['Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];

describe('a request to upgrade the connection', () => {
  test.each(['websocket', 'WebSocket', 'TLS/1.0', 'h2c, websocket', 'mqtt'])(
    'to %s is answered 501 UPGRADE_REFUSED, and nothing is sent upstream',
    async (protocol) => {
      const upstream = await startUpstream();
      const proxy = await startTestProxy(upstream);

      const received = await sendRaw(
        proxy.port,
        `GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: ${protocol}\r\n\r\n`,
      );

      const answer = readAnswer(received);
      expect(answer.status).toBe(501);
      expect(answer.field('x-mkio-proxy-error')).toBe('UPGRADE_REFUSED');
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'UPGRADE_REFUSED' }, status: 501 });
      expect(answer.field('upgrade')).toBeUndefined();
      expect(upstream.seen).toEqual([]);
    },
  );

  test('by a complete WebSocket handshake is refused the same way', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(
      proxy.port,
      'GET /api/v1/x HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      ...WEBSOCKET,
    );

    expect(answer.status).toBe(501);
    expect(upstream.seen).toEqual([]);
  });

  test('to h2c, which a server may ignore, is forwarded without the upgrade', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const received = await sendRaw(
      proxy.port,
      'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n' +
        'HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
    );

    expect(readAnswer(received).status).toBe(200);
    expect(upstream.seen).toHaveLength(1);
    expect(upstream.seen[0]?.headers).not.toHaveProperty('upgrade');
    expect(upstream.seen[0]?.headers).not.toHaveProperty('http2-settings');
  });
});
