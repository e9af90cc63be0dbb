// The attack: a page embeds a proxy address in an <img>, <script>, frame or link. These GETs need no permission, and an
// answer to <script> would run in the page. Browsers send Sec-Fetch-Site, or at least a Referer.
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
  ])('%s is refused and not sent upstream', async (destination, mode) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const lines = [`Sec-Fetch-Site: ${site}`, `Sec-Fetch-Mode: ${mode}`, `Sec-Fetch-Dest: ${destination}`];
    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', ...lines);

    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(upstream.seen).toEqual([]);
  });
});

test('an answer to an allowed page can neither run as a script nor be embedded by other sites', async () => {
  const proxy = await startTestProxy(await startUpstream());
  const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost');
  expect(answer.field('x-content-type-options')).toBe('nosniff');
  expect(answer.field('content-security-policy')).toBe('sandbox');
  expect(answer.field('cross-origin-resource-policy')).toBe('same-origin');
});
