/** @module-tag browser */
// The attack: a page reads the admin listener, which tells of the proxy's health and one day of its traffic.
import { describe, expect, test } from 'vitest';
import type { Page, Request } from 'playwright-core';
import { usePage } from '../support/browser.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';
import { script } from '../support/foreign-vectors.ts';

const openPage = usePage();
const NOT_SAME_ORIGIN = 'net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin';

async function startAdmin(): Promise<string> {
  const { admin } = await startTestProxy({ ...(await startUpstream()), admin: { host: '127.0.0.1', port: 0 } });
  return admin!;
}

/** The status of the answer, or the reason why the page does not get it, as the browser reports it. */
async function outcomeOf(page: Page, url: string): Promise<number | string | undefined> {
  const isIt = (request: Request): boolean => request.url() === url;
  return await Promise.race([
    page.waitForEvent('response', (answer) => isIt(answer.request())).then((answer) => answer.status()),
    page.waitForEvent('requestfailed', isIt).then((request) => request.failure()?.errorText),
  ]);
}

describe('a foreign page reads nothing of the admin listener', () => {
  const form = (url: string): string => `<form action="${url}" method="post"></form>`;
  test.each<[string, number | string, (url: string) => string]>([
    // These three come after the answer, which the page may not have by CORS and by Cross-Origin-Resource-Policy.
    ['fetch', 'net::ERR_FAILED', (url) => script(`fetch('${url}')`)],
    ['image', NOT_SAME_ORIGIN, (url) => `<img src="${url}">`],
    ['fetch no-cors', NOT_SAME_ORIGIN, (url) => script(`fetch('${url}', { mode: 'no-cors' })`)],
    ['iframe', 403, (url) => `<iframe src="${url}"></iframe>`],
    ['navigation', 403, (url) => script(`location = '${url}'`)],
    ['form', 403, (url) => form(url) + script('document.forms[0].submit()')],
  ])('by %s', async (_, expected, html) => {
    const url = `${await startAdmin()}/livez`;
    const site = await startSite({ '/': html(url) });
    const page = await openPage();
    const outcome = outcomeOf(page, url);

    await page.goto(`http://evil.example:${site.port}/`, { waitUntil: 'commit' });

    expect(await outcome).toBe(expected);
  });

  test('by WebSocket', async () => {
    const url = `${await startAdmin()}/livez`.replace('http', 'ws');
    const site = await startSite({ '/': script(`new WebSocket('${url}')`) });
    const page = await openPage();
    const failed = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('socketerror'));

    await page.goto(`http://evil.example:${site.port}/`);

    expect(await failed).toContain('Unexpected response code: 403');
  });
});

test('a page with a rebound name is refused by the admin listener', async () => {
  const { port } = new URL(await startAdmin());
  const page = await openPage();
  const answer = await page.goto(`http://rebound.example:${port}/livez`);
  expect([answer?.status(), await answer?.headerValue('x-mkio-proxy-error')]).toEqual([403, 'HOST_REFUSED']);
});

test('an operator who enters the address may read it', async () => {
  const page = await openPage();
  const answer = await page.goto(`${await startAdmin()}/livez`);
  expect([answer?.status(), await answer?.json()]).toEqual([200, { status: 'ok' }]);
});
