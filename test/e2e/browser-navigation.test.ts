/** @module-tag browser */
// The attack: a page navigates to the proxy in ways that look like a typed address.
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectNoCall } from '../support/judge.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startSecureSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';

const openPage = useBrowser();

test('a typed address shows a page, and its link makes the call', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  const page = await openPage();

  await page.goto(`${proxy.address}/api/v1/projects?a=1`);
  expect(await page.title()).toBe('mkio-proxy: make this call?');
  expect(upstream.seen).toEqual([]);

  await page.getByRole('link', { name: 'Make the call' }).click();
  await page.getByText('{"ok":true}').waitFor();
  expect(upstream.seen.map(({ url }) => url)).toEqual(['/api/v1/projects?a=1']);
});

test('a login of FedCM that redirects to the proxy causes no call', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  const json = (body: object) => (_: unknown, response: ServerResponse) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
      .end(JSON.stringify(body));
  const site = await startSecureSite('evil.example', {
    '/': `<button onclick="navigator.credentials.get({ identity: { mode: 'active', providers: [{ configURL: location.origin + '/config', clientId: 'a' }] } })">go</button>`,
    '/.well-known/web-identity': (request, response) =>
      json({ provider_urls: [`https://${request.headers.host ?? ''}/config`] })(request, response),
    '/config': json({ accounts_endpoint: '/accounts', id_assertion_endpoint: '/assert', login_url: '/login' }),
    '/accounts': (_, response) => response.writeHead(401).end(),
    '/login': (_, response) => response.writeHead(302, { location: `${proxy.address}/api/v1/attack` }).end(),
  });
  const page = await openPage();
  await page.goto(site.origin);

  await page.getByRole('button').click();

  expect(await proxy.exchange()).toMatchObject({ method: 'GET', code: 'NAVIGATION_REFUSED' });
  await expectNoCall(proxy, upstream);
});
