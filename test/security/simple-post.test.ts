// The attack: a page sends a form or a fetch without a preflight to 127.0.0.1.
// The page cannot read the answer, but the POST has already taken effect.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const types: [string, string[]][] = [
  ['text/plain', ['Content-Type: text/plain']],
  ['a form', ['Content-Type: application/x-www-form-urlencoded']],
  ['a form with files', ['Content-Type: multipart/form-data; boundary=b']],
  ['no type', []],
];
const senders: [string, string[]][] = [
  ['a public page, whose top-level form sends Origin: null', ['Origin: null', 'Sec-Fetch-Site: cross-site']],
  ['a foreign page', ['Origin: https://evil.example']],
  ['a browser that hides the Origin', ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate']],
  ['an old browser that sends only a Referer', ['Referer: https://evil.example/page']],
];

describe.each(types)('a POST of %s', (_, type) => {
  test.each(senders)('by %s is refused and nothing goes upstream', async (_, sender) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const head = ['POST /api/v1/x HTTP/1.1', 'Host: localhost', 'Connection: close', 'Content-Length: 3', ...type];

    const received = await sendRaw(proxy.port, `${[...head, ...sender].join('\r\n')}\r\n\r\na=b`);

    expect(received).toMatch(/^HTTP\/1\.1 403 /);
    expect(received).toContain('x-mkio-proxy-error: ORIGIN_REFUSED');
    expect(upstream.seen).toEqual([]);
  });
});
