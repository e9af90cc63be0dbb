/** @module-tag browser */
// The attack: a foreign page hides who it is, by its name, an opaque origin, a referrer policy, a redirect or another page's
// help, or it calls the proxy by another of its names.
import { describe, test } from 'vitest';
import { usePage } from '../support/browser.ts';
import { expectRefused } from '../support/judge.ts';
import { startTestProxy } from '../support/proxy.ts';
import type { Pages } from '../support/site.ts';
import { startSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';
import { script, speculation } from '../support/foreign-vectors.ts';

const openPage = usePage();

const SUBMIT = script('document.forms[0].submit()');
const NO_REFERRER = '<meta name="referrer" content="no-referrer">';
const cors = (url: string): string => script(`fetch('${url}')`);
const post = (url: string): string => `<form method="post" action="${url}"></form>${SUBMIT}`;
const dataUrl = (html: string): string => `data:text/html,${encodeURIComponent(html)}`;
const blobPage = (html: string): string =>
  script(`location = URL.createObjectURL(new Blob(["${html}"], { type: 'text/html' }))`);
const srcdoc = (html: string): string => html.replaceAll('"', '&quot;');

/** Two pages of one foreign site, of which the second redirects to `url`. */
const redirecting =
  (html: string, status: number) =>
  (url: string): Pages => ({
    '/': html,
    '/hop': (_, response) => response.writeHead(status, { location: url, 'access-control-allow-origin': '*' }).end(),
  });

describe('a foreign page is refused in the disguise of', () => {
  test.each<[string, string, (url: string) => Pages]>([
    ['a sandboxed frame', 'GET', (url) => ({ '/': `<iframe sandbox="allow-scripts" srcdoc="${srcdoc(cors(url))}">` })],
    [
      'a form in a sandboxed frame',
      'POST',
      (url) => ({ '/': `<iframe sandbox="allow-scripts allow-forms" srcdoc="${srcdoc(post(url))}">` }),
    ],
    ['a data: URL', 'GET', (url) => ({ '/': `<iframe src="${dataUrl(cors(url))}">` })],
    ['a blob: URL', 'GET', (url) => ({ '/': blobPage(`<img src='${url}'>`) })],
    ['a javascript: URL', 'GET', (url) => ({ '/': `<iframe src="javascript:'<img src=${url}>'">` })],
    ['an image without Referer', 'GET', (url) => ({ '/': `${NO_REFERRER}<img src="${url}">` })],
    ['a navigation without Referer', 'GET', (url) => ({ '/': NO_REFERRER + script(`location = '${url}'`) })],
    ['a form without Referer', 'POST', (url) => ({ '/': NO_REFERRER + post(url) })],
    ['speculation rules without Referer', 'GET', (url) => ({ '/': NO_REFERRER + speculation('prefetch', url) })],
    ['a redirect of an image', 'GET', redirecting('<img src="/hop">', 302)],
    ['a redirect of a navigation', 'GET', redirecting(script("location = '/hop'"), 302)],
    ['a redirect of a form', 'POST', redirecting(post('/hop'), 307)],
    ['a redirect of a fetch', 'GET', redirecting(cors('/hop'), 302)],
  ])('%s (%s)', async (_, method, pages) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSite(pages(`${proxy.address}/api/v1/attack`));
    const page = await openPage();

    await page.goto(`http://evil.example:${site.port}/`, { waitUntil: 'commit' });

    await expectRefused(proxy, upstream, { method, code: 'ORIGIN_REFUSED' });
  });

  test.each(['localhost.evil.example', '127.0.0.1.evil.example'])('the name %s', async (hostname) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSite({ '/': cors(`${proxy.address}/api/v1/attack`) });
    const page = await openPage();

    await page.goto(`http://${hostname}:${site.port}/`);

    await expectRefused(proxy, upstream, { method: 'GET', code: 'ORIGIN_REFUSED' });
  });
});

describe('a foreign page is refused with the help of a page of the operator', () => {
  test('that embeds it', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const foreign = await startSite({ '/': cors(`${proxy.address}/api/v1/attack`) });
    const own = await startSite({ '/': `<iframe src="http://evil.example:${foreign.port}/"></iframe>` });
    const page = await openPage();

    await page.goto(`http://localhost:${own.port}/`);

    await expectRefused(proxy, upstream, { method: 'GET', code: 'ORIGIN_REFUSED' });
  });

  test('that fetches from it and is redirected', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const foreign = await startSite(redirecting('', 302)(`${proxy.address}/api/v1/attack`));
    const own = await startSite({ '/': cors(`http://evil.example:${foreign.port}/hop`) });
    const page = await openPage();

    await page.goto(`http://localhost:${own.port}/`);

    await expectRefused(proxy, upstream, { method: 'GET', code: 'ORIGIN_REFUSED' });
  });
});

describe('without a Referer, a foreign page is refused that calls the proxy by', () => {
  test.each(['localhost', 'localhost.', 'a.localhost', 'a.localhost.', '127.1', '0x7f000001'])('%s', async (name) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSite({ '/': `${NO_REFERRER}<img src="http://${name}:${proxy.port}/api/v1/attack">` });
    const page = await openPage();

    await page.goto(`http://evil.example:${site.port}/`);

    await expectRefused(proxy, upstream, { method: 'GET', code: 'ORIGIN_REFUSED' });
  });
});
