// The attack: a foreign page hides who it is, by its name, an opaque origin, a referrer policy, a redirect or another page's
// help, or it calls the proxy by another of its names.
import { describe, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectRefused } from '../support/judge.ts';
import { startTestProxy } from '../support/proxy.ts';
import type { Pages } from '../support/site.ts';
import { startSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';
import { script, speculation } from './foreign-vectors.ts';

const openPage = useBrowser();

const SUBMIT = script('document.forms[0].submit()');
const NO_REFERRER = '<meta name="referrer" content="no-referrer">';
const get = (url: string): string => script(`fetch('${url}', { mode: 'no-cors' })`);
const post = (url: string): string => `<form method="post" action="${url}"></form>${SUBMIT}`;
const dataUrl = (html: string): string => `data:text/html,${encodeURIComponent(html)}`;
const srcdoc = (html: string): string => html.replaceAll('"', '&quot;');

/** Two pages of one foreign site, of which the second redirects to `url`. */
const redirecting =
  (html: string, status: number) =>
  (url: string): Pages => ({
    '/': html,
    '/hop': (_, response) => response.writeHead(status, { location: url, 'access-control-allow-origin': '*' }).end(),
  });

const disguises: [string, string, string, (url: string) => Pages][] = [
  ['a name that begins like loopback', 'GET', 'localhost.evil.example', (url) => ({ '/': get(url) })],
  ['a name that begins like an address', 'GET', '127.0.0.1.evil.example', (url) => ({ '/': get(url) })],
  ...(
    [
      [
        'a sandboxed frame',
        'GET',
        (url) => `<iframe sandbox="allow-scripts" srcdoc="${srcdoc(script(`fetch('${url}')`))}">`,
      ],
      [
        'a form in a sandboxed frame',
        'POST',
        (url) => `<iframe sandbox="allow-scripts allow-forms" srcdoc="${srcdoc(post(url))}">`,
      ],
      ['a data: URL', 'GET', (url) => `<iframe src="${dataUrl(script(`fetch('${url}')`))}">`],
      [
        'a blob: URL',
        'GET',
        (url) => script(`location = URL.createObjectURL(new Blob(["<img src='${url}'>"], { type: 'text/html' }))`),
      ],
      ['a javascript: URL', 'GET', (url) => `<iframe src="javascript:'<img src=${url}>'">`],
      ['no Referer, in an image', 'GET', (url) => `${NO_REFERRER}<img src="${url}">`],
      ['no Referer, in a navigation', 'GET', (url) => NO_REFERRER + script(`location = '${url}'`)],
      ['no Referer, in a form', 'POST', (url) => NO_REFERRER + post(url)],
      ['no Referer, in speculation rules', 'GET', (url) => NO_REFERRER + speculation('prefetch', url)],
    ] satisfies [string, string, (url: string) => string][]
  ).map(([name, method, html]): (typeof disguises)[number] => [
    name,
    method,
    'evil.example',
    (url) => ({ '/': html(url) }),
  ]),
  ['a redirect of an image', 'GET', 'evil.example', redirecting('<img src="/hop">', 302)],
  ['a redirect of a navigation', 'GET', 'evil.example', redirecting(script("location = '/hop'"), 302)],
  ['a redirect of a form', 'POST', 'evil.example', redirecting(post('/hop'), 307)],
  ['a redirect of a fetch', 'GET', 'evil.example', redirecting(script("fetch('/hop')"), 302)],
];

describe('a foreign page is refused in the disguise of', () => {
  test.each(disguises)('%s (%s)', async (_, method, hostname, pages) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSite(pages(`${proxy.address}/api/v1/attack`));
    const page = await openPage();

    await page.goto(`http://${hostname}:${site.port}/`, { waitUntil: 'commit' });

    await expectRefused(proxy, upstream, { method, code: 'ORIGIN_REFUSED' });
  });
});

describe('a foreign page is refused with the help of a page of the operator', () => {
  test('that embeds it', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const foreign = await startSite({ '/': script(`fetch('${proxy.address}/api/v1/attack')`) });
    const own = await startSite({ '/': `<iframe src="http://evil.example:${foreign.port}/"></iframe>` });
    const page = await openPage();

    await page.goto(`http://localhost:${own.port}/`);

    await expectRefused(proxy, upstream, { method: 'GET', code: 'ORIGIN_REFUSED' });
  });

  test('that fetches from it and is redirected', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const foreign = await startSite(redirecting('', 302)(`${proxy.address}/api/v1/attack`));
    const own = await startSite({ '/': script(`fetch('http://evil.example:${foreign.port}/hop')`) });
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
