/** @module-tag browser */
// The attack: a foreign page of https has what browsers keep from pages of http.
import { describe, test } from 'vitest';
import { usePage } from '../support/browser.ts';
import { expectRefused } from '../support/judge.ts';
import { startTestProxy } from '../support/proxy.ts';
import type { Pages } from '../support/site.ts';
import { startSecureSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';
import { script, speculation } from '../support/foreign-vectors.ts';

const openPage = usePage();

describe('a foreign https page is refused with', () => {
  const worker = (url: string): Pages => ({
    '/': script("navigator.serviceWorker.register('/worker.js')"),
    '/worker.js': (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end(`self.oninstall = (event) => event.waitUntil(fetch('${url}', { mode: 'no-cors' }))`),
  });
  const redirected = (url: string): Pages => ({
    '/': speculation('prefetch', '/hop', {}),
    '/hop': (_, response) => response.writeHead(302, { location: url }).end(),
  });
  const identity = (url: string): string =>
    script(`navigator.credentials.get({ identity: { providers: [{ configURL: '${url}', clientId: 'a' }] } })`);
  const payment = (url: string): string =>
    script(
      `new PaymentRequest([{ supportedMethods: '${url}' }], { total: { label: 'a', amount: { currency: 'EUR', value: '1' } } })
        .canMakePayment()`,
    );
  const form = (url: string): string =>
    `<form method="post" action="${url}"></form>${script('document.forms[0].submit()')}`;
  const later = (url: string): string =>
    script(`fetchLater('${url}', { method: 'POST', body: 'a', activateAfter: 0 })`);

  test.each<[string, string, (url: string) => Pages]>([
    ['a service worker', 'GET', worker],
    ['fetchLater', 'POST', (url) => ({ '/': later(url) })],
    ['a login by FedCM', 'GET', (url) => ({ '/': identity(url) })],
    ['a payment method', 'HEAD', (url) => ({ '/': payment(url) })],
    ['a compression dictionary', 'GET', (url) => ({ '/': `<link rel="compression-dictionary" href="${url}">` })],
    ['a form', 'POST', (url) => ({ '/': form(url) })],
    ['speculation rules', 'GET', (url) => ({ '/': speculation('prefetch', url) })],
    ['speculation rules and a redirect', 'GET', redirected],
  ])('%s (%s)', async (_, method, pages) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSecureSite('evil.example', pages(`${proxy.address}/api/v1/attack`));
    const page = await openPage();

    await page.goto(site.origin, { waitUntil: 'commit' });

    await expectRefused(proxy, upstream, { method, code: 'ORIGIN_REFUSED' });
  });
});
