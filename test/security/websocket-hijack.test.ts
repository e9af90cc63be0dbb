// The attack: a page opens a WebSocket to the proxy; no same-origin rule holds for these, so that it could read and write
// through the operator's credential. The proxy refuses the page by its Origin, and any upgrade at all.
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
    ['of a page of the operator', ['Origin: http://localhost:5173'], 501],
    ['of a program', [], 501],
  ])('%s is refused, and the upstream hears nothing', async (_, lines, status) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', ...HANDSHAKE, ...lines);

    expect(answer.status).toBe(status);
    expect(upstream.seen).toEqual([]);
  });
});
