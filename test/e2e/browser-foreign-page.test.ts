/** @module-tag browser */
// The attack: any page that the operator opens sends requests to loopback in all the ways of a browser. These pages come
// from loopback themselves, so the browser's own network checks (Local Network Access) do not help. A page learns that a
// proxy runs here, by the time of a refusal or by load and error events. That is not a secret.
import { describe, expect, test } from 'vitest';
import { usePage } from '../support/browser.ts';
import { startTestProxy } from '../support/proxy.ts';
import { expectRefused } from '../support/judge.ts';
import { startSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';
import { VECTORS, script } from '../support/foreign-vectors.ts';

const openPage = usePage();

describe('a page of a foreign origin reaches the proxy and causes no upstream call', () => {
  test.each(VECTORS)('by %s (%s)', async (_, method, html) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSite({ '/': html(`${proxy.address}/api/v1/attack`) });
    const page = await openPage();

    await page.goto(`http://evil.example:${site.port}/`, { waitUntil: 'commit' });

    await expectRefused(proxy, upstream, { method, code: 'ORIGIN_REFUSED' });
  });
});

// The page gives its verdict in its title. There is nothing of MK.IO to be read in a refusal, and not even that is read.
describe('a page of a foreign origin reads nothing', () => {
  const told = (read: string): string => script(`const tell = (text) => (document.title = text); ${read}`);
  test.each<[string, (url: string) => string, string]>([
    ['fetch', (url) => told(`fetch('${url}').then(() => tell('read'), ({ name }) => tell(name))`), 'TypeError'],
    [
      'fetch no-cors',
      (url) => told(`fetch('${url}', { mode: 'no-cors' }).then(({ type, status }) => tell(type + status))`),
      'opaque0',
    ],
    [
      'iframe',
      (url) => `<iframe src="${url}" onload="document.title = String(this.contentDocument)"></iframe>`,
      'null',
    ],
    [
      'script',
      (url) => `<script src="${url}" onload="document.title = 'ran'" onerror="document.title = 'failed'"></script>`,
      'failed',
    ],
    [
      'WebSocket',
      (url) => told(`new WebSocket('${url.replace('http', 'ws')}').onclose = ({ code }) => tell(code)`),
      '1006',
    ],
  ])('by %s', async (_, html, title) => {
    const proxy = await startTestProxy(await startUpstream());
    const site = await startSite({ '/': html(`${proxy.address}/api/v1/attack`) });
    const page = await openPage();

    await page.goto(`http://evil.example:${site.port}/`);

    await expect.poll(() => page.title()).toBe(title);
    expect(await proxy.exchange()).toMatchObject({ code: 'ORIGIN_REFUSED' });
  });
});
