// The attack: a page opens a WebSocket to the proxy. WebSockets have no same-origin policy, so the page could read and
// write with the operator's token. The proxy refuses foreign Origins, and every upgrade.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

describe('a WebSocket handshake', () => {
  test.each([
    ['of a foreign page', ['Origin: https://evil.example'], 403],
    ["of the operator's own page", ['Origin: http://localhost:5173'], 501],
    ['of a program', [], 501],
  ])('%s is refused, and nothing is sent upstream', async (_, lines, status) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', ...HANDSHAKE, ...lines);

    expect(answer.status).toBe(status);
    expect(upstream.seen).toEqual([]);
  });
});
