// The attack: a page names the proxy in an <img>, a <script>, a frame or a link; such GETs need no permission to be sent, and
// a script's answer would run in the page. Browsers mark them with Sec-Fetch-Site, or at least a Referer.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

describe.each(['cross-site', 'same-site'])('from a %s page', (site) => {
  test.each([
    ['image', 'no-cors'],
    ['script', 'no-cors'],
    ['iframe', 'navigate'],
    ['document', 'navigate'],
    ['object', 'navigate'],
    ['empty', 'cors'],
  ])('%s is refused and causes no call', async (destination, mode) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const lines = [`Sec-Fetch-Site: ${site}`, `Sec-Fetch-Mode: ${mode}`, `Sec-Fetch-Dest: ${destination}`];
    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', ...lines);

    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(upstream.seen).toEqual([]);
  });
});

test('what a page is given anyway can neither run nor be embedded elsewhere', async () => {
  const proxy = await startTestProxy(await startUpstream());
  const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost');
  expect(answer.field('x-content-type-options')).toBe('nosniff');
  expect(answer.field('content-security-policy')).toBe('sandbox');
  expect(answer.field('cross-origin-resource-policy')).toBe('same-origin');
});
