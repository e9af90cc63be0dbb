/** @module-tag browser */
// The attack: a page of rebound.example has its name led to 127.0.0.1, so that the browser takes the proxy for the page's own
// server: no Origin, no preflight, answers can be read. Only Host gives it away. Or a page writes the loopback address such
// that the browser sends no fetch metadata.
import { describe, expect, test } from 'vitest';
import { usePage } from '../support/browser.ts';
import { expectNoCall, expectRefused } from '../support/judge.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startRebound } from '../support/rebound.ts';
import { startSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';

const openPage = usePage();

// One request on one connection, so that the attack opens a new one, to the address that the name has by then.
const PAGE = '<link rel="icon" href="data:,"><p>a page';
const HEADER = { 'content-type': 'text/html', connection: 'close' };

describe('a page with a rebound name causes no call', () => {
  const HIDDEN = "document.head.innerHTML = '<meta name=referrer content=no-referrer>'";
  test.each<[string, string, string]>([
    ['fetch', 'GET', "fetch('/api/v1/attack')"],
    [
      'fetch of JSON',
      'PUT',
      "fetch('/api/v1/attack', { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } })",
    ],
    ['fetch that deletes', 'DELETE', "fetch('/api/v1/attack', { method: 'DELETE' })"],
    ['fetch without Referer', 'GET', `${HIDDEN}; fetch('/api/v1/attack')`],
    ['XMLHttpRequest', 'GET', "const x = new XMLHttpRequest(); x.open('GET', '/api/v1/attack'); x.send()"],
    ['image', 'GET', "document.body.innerHTML = '<img src=/api/v1/attack>'"],
    ['iframe', 'GET', "document.body.innerHTML = '<iframe src=/api/v1/attack>'"],
    [
      'form',
      'POST',
      "document.body.innerHTML = '<form method=post action=/api/v1/attack>'; document.forms[0].submit()",
    ],
    ['WebSocket', 'GET', 'new WebSocket(`ws://${location.host}/api/v1/attack`)'],
    ['sendBeacon', 'POST', "navigator.sendBeacon('/api/v1/attack', 'a')"],
  ])('by %s (%s)', async (_, method, attack) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const site = await startSite({ '/': (_request, response) => response.writeHead(200, HEADER).end(PAGE) });
    const rebound = await startRebound(site.port);
    const page = await openPage();
    await page.goto(`http://rebound.example:${rebound.port}/`);

    rebound.rebind(proxy.port);
    await page.evaluate(`{ ${attack} }`);

    await expectRefused(proxy, upstream, { method, code: 'HOST_REFUSED' });
  });

  test('a page with a rebound name reads only the refusal', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const page = await openPage();

    const answer = await page.goto(`http://rebound.example:${proxy.port}/api/v1/attack`);
    const read = await page.evaluate("fetch('/api/v1/attack').then((answer) => answer.json())");

    expect([answer?.status(), await answer?.headerValue('x-mkio-proxy-error')]).toEqual([403, 'HOST_REFUSED']);
    expect(read).toMatchObject({ error: { code: 'HOST_REFUSED' } });
    await expectNoCall(proxy, upstream);
  });
});

describe('a page gets HOST_REFUSED if it calls the proxy as', () => {
  const onEvery = { listener: { host: '0.0.0.0' }, access: { callerKey: 'a-key-of-sixteen' } };
  test.each([
    ['0.0.0.0', {}],
    ['[::ffff:127.0.0.1]', {}],
    ['0.0.0.0', onEvery],
  ])('%s', async (name, options) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, ...options });
    const html = `<meta name="referrer" content="no-referrer"><img src="http://${name}:${proxy.port}/api/v1/attack">`;
    const site = await startSite({ '/': html });
    const page = await openPage();

    await page.goto(`http://evil.example:${site.port}/`);

    expect(await proxy.exchange()).toMatchObject({ method: 'GET', code: 'HOST_REFUSED' });
    await expectNoCall(proxy, upstream, { authorization: 'Bearer a-key-of-sixteen' });
  });
});

// Over plain HTTP browsers tell no page's origin to a name beyond loopback. There a caller key is what holds.
test('a page that hides behind an allowed host name lacks the caller key', async () => {
  const upstream = await startUpstream();
  const access = { allowedHosts: ['proxy.example'], callerKey: 'a-key-of-sixteen' };
  const proxy = await startTestProxy({ ...upstream, access });
  const html = `<meta name="referrer" content="no-referrer"><img src="http://proxy.example:${proxy.port}/api/v1/attack">`;
  const site = await startSite({ '/': html });
  const page = await openPage();

  await page.goto(`http://evil.example:${site.port}/`);

  expect(await proxy.exchange()).toMatchObject({ method: 'GET', code: 'CALLER_UNAUTHENTICATED' });
  await expectNoCall(proxy, upstream, { authorization: 'Bearer a-key-of-sixteen' });
});
