/** @module-tag browser */
import { describe, expect, test } from 'vitest';
import { usePage } from '../support/browser.ts';
import { startTestProxy, TOKEN } from '../support/proxy.ts';
import { startSite } from '../support/site.ts';
import { startUpstream } from '../support/upstream.ts';
import { fetchIn, jsonOf, openDevPage } from '../support/dev-page.ts';
import { startBoth } from '../support/program.ts';

const openPage = usePage('shell');

const PLACEHOLDER = { authorization: 'Bearer placeholder' };

describe('a page of a loopback origin', () => {
  test('lists, creates, reads and deletes assets of MK.IO', async () => {
    const { program, sandbox } = await startBoth();
    const page = await openDevPage(openPage);
    const assets = `${program.address}/api/v1/projects/${sandbox.project}/media/assets`;
    const body = JSON.stringify({ properties: { storageAccountName: 'primary-azure', container: 'a-new-one' } });
    const put = { method: 'PUT', headers: { ...PLACEHOLDER, 'content-type': 'application/json' }, body };

    expect(await fetchIn(page, assets)).toMatchObject({ status: 200 });
    const list = await fetchIn(page, assets, { headers: PLACEHOLDER });
    expect(jsonOf(list)).toMatchObject({ value: expect.arrayContaining([expect.anything()]) as unknown });
    expect((await fetchIn(page, `${assets}/made-by-a-page`, put)).status).toBe(201);
    expect(jsonOf(await fetchIn(page, `${assets}/made-by-a-page`))).toMatchObject({ name: 'made-by-a-page' });
    expect((await fetchIn(page, `${assets}/made-by-a-page`, { method: 'DELETE' })).status).toBe(200);
    const gone = await fetchIn(page, `${assets}/made-by-a-page`);
    expect(gone.status).toBe(404);
    expect(gone.headers).not.toHaveProperty('x-mkio-proxy-error');
    expect(sandbox.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT', 'GET', 'DELETE', 'GET']);
  });

  test('gets its preflights answered by the proxy, cached for equal requests', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const page = await openDevPage(openPage);

    await fetchIn(page, `${proxy.address}/api/v1/x`, { headers: PLACEHOLDER });
    await fetchIn(page, `${proxy.address}/api/v1/x`, { headers: PLACEHOLDER });

    const methods = [await proxy.exchange(0), await proxy.exchange(1), await proxy.exchange(2)].map(
      (line) => line.method,
    );
    expect(methods).toEqual(['OPTIONS', 'GET', 'GET']);
    expect(upstream.seen.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  test('sends upstream only the token, not its placeholder, cookies or origin', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const page = await openDevPage(openPage);
    await page.context().addCookies([{ name: 'session', value: 'secret', domain: 'localhost', path: '/' }]);
    // Cookies know no port: those of the dev server go to whatever else is on localhost.
    const url = `http://localhost:${proxy.port}/api/v1/x`;
    expect(await page.context().cookies(url)).toHaveLength(1);

    await fetchIn(page, url, { headers: PLACEHOLDER });
    await expect(fetchIn(page, url, { credentials: 'include' })).rejects.toThrow('Failed to fetch');

    expect(upstream.seen).toHaveLength(2);
    for (const { headers } of upstream.seen) {
      expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
      expect(Object.keys(headers).filter((name) => /^(?:cookie|origin|referer|sec-.*)$/.test(name))).toEqual([]);
    }
  });

  test.each(['localhost', '127.0.0.1', 'app.localhost'])('may be of %s', async (hostname) => {
    const proxy = await startTestProxy(await startUpstream());
    const page = await openDevPage(openPage, hostname);
    expect(jsonOf(await fetchIn(page, `${proxy.address}/api/v1/x`, { headers: PLACEHOLDER }))).toEqual({ ok: true });
  });

  test('reads the exposed header fields', async () => {
    const upstream = await startUpstream((_, response) => {
      response
        .writeHead(202, {
          'retry-after': '7',
          location: '/api/v1/jobs/1',
          'content-disposition': 'inline',
          'x-hidden': 'a',
        })
        .end();
    });
    const proxy = await startTestProxy(upstream);
    const { headers } = await fetchIn(await openDevPage(openPage), `${proxy.address}/api/v1/x`);
    expect(headers).toMatchObject({ 'retry-after': '7', location: '/api/v1/jobs/1', 'content-disposition': 'inline' });
    expect(headers['x-request-id']).toBe((await proxy.exchange()).id);
    expect(headers).not.toHaveProperty('x-hidden');
  });

  test('reads why it was refused', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const post = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    const refused = await fetchIn(await openDevPage(openPage), `${proxy.address}/api/v1/user/tokens`, post);
    expect(refused).toMatchObject({ status: 403, headers: { 'x-mkio-proxy-error': 'OPERATION_REFUSED' } });
    expect(jsonOf(refused)).toMatchObject({
      error: { code: 'OPERATION_REFUSED' },
      ref: refused.headers['x-request-id'],
    });
    expect(upstream.seen).toEqual([]);
  });

  test.each([401, 404])("reads MK.IO's own %i", async (status) => {
    const upstream = await startUpstream((_, response) =>
      response.writeHead(status).end('{"error":{"code":"THEIRS"}}'),
    );
    const proxy = await startTestProxy(upstream);
    const read = await fetchIn(await openDevPage(openPage), `${proxy.address}/api/v1/x`);
    expect([read.status, jsonOf(read)]).toEqual([status, { error: { code: 'THEIRS' } }]);
    expect(read.headers).not.toHaveProperty('x-mkio-proxy-error');
  });
});

describe('a page of an origin that the operator allowed', () => {
  test('may use the proxy; another port of the same host may not', async () => {
    const upstream = await startUpstream();
    const [app, neighbour] = [await startSite({ '/': 'an app' }), await startSite({ '/': 'another' })];
    const access = { allowedOrigins: [`http://app.example:${app.port}`] };
    const proxy = await startTestProxy({ ...upstream, access });
    const page = await openPage();
    const url = `${proxy.address}/api/v1/x`;

    await page.goto(`http://app.example:${neighbour.port}/`);
    await expect(fetchIn(page, url, { headers: PLACEHOLDER })).rejects.toThrow('Failed to fetch');
    expect(await proxy.exchange()).toMatchObject({ method: 'OPTIONS', code: 'ORIGIN_REFUSED' });
    expect(upstream.seen).toEqual([]);

    await page.goto(`http://app.example:${app.port}/`);
    expect(jsonOf(await fetchIn(page, url, { headers: PLACEHOLDER }))).toEqual({ ok: true });
  });
});
