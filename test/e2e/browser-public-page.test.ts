/** @module-tag browser */
// The attack: a page from a public address does the same. Chromium 156 asks the user before such a page reaches loopback
// (Local Network Access). But it asks neither for top-level navigations nor for speculation rules, and a user may say yes.
import { describe, expect, test } from 'vitest';
import { usePage } from '../support/browser.ts';
import { expectNoCall, expectRefused } from '../support/judge.ts';
import { startTestProxy } from '../support/proxy.ts';
import type { Pages } from '../support/site.ts';
import { startSecureSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';
import { fetchIn, jsonOf } from '../support/dev-page.ts';
import { script, speculation } from '../support/foreign-vectors.ts';

const openPage = usePage();

/** A page that the browser takes for one from a public address, though it comes from loopback. */
const publicPage = (html: string): Pages => ({
  '/': (_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': 'treat-as-public-address' })
      .end(html),
});

describe('a request of a public page without permission is refused:', () => {
  test.each<[string, string, (url: string) => string]>([
    ['a form', 'POST', (url) => `<form method="post" action="${url}"></form>${script('document.forms[0].submit()')}`],
    ['a navigation', 'GET', (url) => script(`location = '${url}'`)],
    ['a window', 'GET', (url) => script(`open('${url}')`)],
    ['speculation rules, prefetch', 'GET', (url) => speculation('prefetch', url)],
    ['speculation rules, prerender', 'GET', (url) => speculation('prerender', url)],
  ])('%s (%s)', async (_, method, html) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSecureSite('evil.example', publicPage(html(`${proxy.address}/api/v1/attack`)));
    const page = await openPage();

    await page.goto(site.origin, { waitUntil: 'commit' });

    await expectRefused(proxy, upstream, { method, code: 'ORIGIN_REFUSED' });
  });
});

describe('a request that the browser blocks causes no call:', () => {
  const FAILED = "document.title = 'failed'";
  test.each<[string, (url: string) => string]>([
    ['fetch', (url) => script(`fetch('${url}').catch(() => (${FAILED}))`)],
    ['fetch no-cors', (url) => script(`fetch('${url}', { mode: 'no-cors' }).catch(() => (${FAILED}))`)],
    ['an image', (url) => `<img src="${url}" onerror="${FAILED}">`],
    ['a script', (url) => `<script src="${url}" onerror="${FAILED}"></script>`],
    ['a WebSocket', (url) => script(`new WebSocket('${url.replace('http', 'ws')}').onerror = () => (${FAILED})`)],
  ])('%s', async (_, html) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSecureSite('evil.example', publicPage(html(`${proxy.address}/api/v1/attack`)));
    const page = await openPage();

    await page.goto(site.origin);

    await expect.poll(() => page.title()).toBe('failed');
    await expectNoCall(proxy, upstream);
  });
});

test('a public page may use the proxy if the operator and the user allow it', async () => {
  const upstream = await startUpstream();
  const site = await startSecureSite('app.example', publicPage('an app'));
  const proxy = await startTestProxy({ ...upstream, access: { allowedOrigins: [site.origin] } });
  const page = await openPage();
  await page.context().grantPermissions(['local-network-access']);
  await page.goto(site.origin);

  const read = await fetchIn(page, `${proxy.address}/api/v1/x`, { headers: { authorization: 'Bearer placeholder' } });

  expect(jsonOf(read)).toEqual({ ok: true });
  expect(await proxy.exchange()).toMatchObject({ method: 'OPTIONS', answeredBy: 'preflight' });
});

test('a public page that only the user allows is refused', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  const site = await startSecureSite('evil.example', publicPage(script(`fetch('${proxy.address}/api/v1/attack')`)));
  const page = await openPage();
  await page.context().grantPermissions(['local-network-access']);

  await page.goto(site.origin);

  await expectRefused(proxy, upstream, { method: 'GET', code: 'ORIGIN_REFUSED' });
});
