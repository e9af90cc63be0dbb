// The attack: a sandboxed frame, a data: document or a local file sends "Origin: null", which any page can produce.
// The proxy refuses it, and no setting can allow it.
import { describe, expect, test } from 'vitest';
import { loadFlags } from '../../src/config/load.ts';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const senders: [string, string[]][] = [
  ['a sandboxed frame', ['Origin: null', 'Sec-Fetch-Site: cross-site']],
  ['a browser without fetch metadata', ['Origin: null']],
  ['a page that claims to be same-origin', ['Origin: null', 'Sec-Fetch-Site: same-origin']],
  ['a page that claims to be a typed address', ['Origin: null', 'Sec-Fetch-Site: none']],
  ['a WebSocket', ['Origin: null', 'Connection: Upgrade', 'Upgrade: websocket']],
  ['a file', ['Origin: file://']],
  ['an empty origin', ['Origin:']],
];

describe.each(['GET', 'POST', 'OPTIONS'])('%s', (method) => {
  test.each(senders)('of %s is answered 403 ORIGIN_REFUSED and not sent upstream', async (_, lines) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `${method} /api/v1/x HTTP/1.1`, 'Host: localhost', ...lines);

    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(answer.lines.filter((line) => /^access-control-/i.test(line))).toEqual([]);
    expect(upstream.seen).toEqual([]);
  });
});

test('MKIO_PROXY_ALLOWED_ORIGINS cannot allow it', () => {
  expect(() => loadFlags({ allowedOrigins: 'http://localhost:3000,null' })).toThrow(/MKIO_PROXY_ALLOWED_ORIGINS/);
});
