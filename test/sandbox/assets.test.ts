import { describe, expect, it } from 'vitest';
import { createClock, namesIn, openSandbox, type Call } from '../support/sandbox.ts';

const draft = { properties: { storageAccountName: 'primary-azure', container: 'new-asset' }, labels: { series: 'x' } };

describe('the list of assets', () => {
  it('has 12 items and reports their count', async () => {
    const { media } = await openSandbox();
    const { body } = await media('GET', '/assets');
    expect(body.value).toHaveLength(12);
    expect(body.supplemental).toEqual({
      kind: 'Asset',
      count: 12,
      operation: 'list',
      pagination: { start: 0, end: 12, records: 12, total: 12 },
      subscription: { id: '5c6d7e8f-0000-4000-8000-000000000002', name: 'demo-project' },
    });
    expect(body).not.toHaveProperty('@odata.nextLink');
  });

  it('links to the next page by a percent-encoded path', async () => {
    const { media } = await openSandbox();
    const { body } = await media('GET', '/assets?$top=2');
    expect(body['@odata.nextLink']).toBe('/api/v1/projects/demo-project/media/assets?%24top=2&%24skiptoken=2');
  });

  it.each([
    ['relative links', {}, '/api/v1/'],
    ['absolute links', { nextLinks: 'absolute' as const }, 'http://127.0.0.1:'],
  ])('can be read to its end by %s', async (_form, options, start) => {
    const { call, media } = await openSandbox(options);
    const names: string[] = [];
    let next: string | undefined = "/assets?$top=5&$orderby=name&$filter=name ne 'a b'";
    let page = await media('GET', next);
    for (;;) {
      names.push(...namesIn(page));
      next = page.body['@odata.nextLink'];
      if (next === undefined) break;
      expect(next.startsWith(start)).toBe(true);
      page = await call('GET', next);
    }
    expect(names).toHaveLength(12);
    expect(names).toEqual([...names].sort());
  });

  it('has absolute links with the public origin if one is set', async () => {
    const { media } = await openSandbox({ nextLinks: 'absolute', publicOrigin: 'https://app.mk.io' });
    const { body } = await media('GET', '/assets?$top=1');
    expect(body['@odata.nextLink']).toMatch(/^https:\/\/app\.mk\.io\/api\/v1\/projects\//);
  });

  it('is empty after its end', async () => {
    const { media } = await openSandbox();
    const { body } = await media('GET', '/assets?$skiptoken=1000');
    expect(body.value).toEqual([]);
    expect(body.supplemental.pagination).toEqual({ start: 12, end: 12, records: 0, total: 12 });
  });

  it('supports every query that known clients send', async () => {
    const { media } = await openSandbox();
    const select = async (query: string) => namesIn(await media('GET', `/assets?${query}`));
    expect(await select('$label=studio=paravalley&$orderby=properties/created%20desc,name%20asc')).toEqual([
      'my-show s01e02',
      'my-show s01e01',
    ]);
    expect(await select('$label_key=series&$label_key=region')).toEqual(['live-archive-2026-02']);
    expect(await select('$label=studio~north')).toEqual(['my-show s02e01', 'trailer; final (v2)']);
    expect(await select('$label=hasBeenMigrated!=true')).toHaveLength(11);
    expect(await select("$filter=name%20eq%20'source%20video%20%231'")).toEqual(['source video #1']);
    expect(await select('%24filter=properties%2Fcreated+gt+2000-01-01T00%3A00%3A00Z')).toHaveLength(12);
  });

  it('names an invalid query parameter', async () => {
    const { media } = await openSandbox();
    const { status, body } = await media('GET', '/assets?$top=many');
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'BadRequest', extraDetail: { field: '$top' } });
  });
});

describe('an asset', () => {
  it('is read in full', async () => {
    const { media } = await openSandbox();
    const { body } = await media('GET', '/assets/source%20video%20%231');
    expect(body).toMatchObject({
      name: 'source video #1',
      id: expect.stringMatching(
        /\/providers\/Microsoft\.Media\/mediaservices\/demo-project\/assets\/source video #1$/,
      ) as string,
      type: 'Microsoft.Media/mediaservices/assets',
      properties: { container: 'source-video', storageAccountName: 'primary-azure', containerDeletionPolicy: 'Retain' },
      labels: { series: 'my-show' },
      systemData: { createdBy: 'ada@example.com', createdByType: 'User' },
      supplemental: { operation: 'get', subscription: { name: 'demo-project' } },
    });
    expect(body.properties.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(body.systemData.internalId).toBe(body.properties.assetId);
  });

  it('is created with 201, replaced with 200, deleted with 200 and then 204', async () => {
    const { media } = await openSandbox();
    const statuses = [];
    for (const method of ['PUT', 'PUT', 'DELETE', 'DELETE', 'GET']) {
      statuses.push((await media(method, '/assets/new-asset', method === 'PUT' ? draft : undefined)).status);
    }
    expect(statuses).toEqual([201, 200, 200, 204, 404]);
  });

  it('keeps its id and creation time when it is replaced', async () => {
    const clock = createClock();
    const { media } = await openSandbox({ clock });
    const { body: first } = await media('PUT', '/assets/new-asset', draft);
    clock.advance(1000);
    const { body: second } = await media('PUT', '/assets/new-asset', { ...first, labels: {} });
    expect(second).toMatchObject({ id: first.id, labels: {}, systemData: { createdAt: first.systemData.createdAt } });
    expect(second.properties).toMatchObject({ assetId: first.properties.assetId, created: first.properties.created });
    expect(second.properties.lastModified > first.properties.lastModified).toBe(true);
  });

  it('is patched by merging; null removes a field', async () => {
    const { media } = await openSandbox();
    await media('PUT', '/assets/new-asset', draft);
    const change = { properties: { description: 'Better' }, labels: { series: null, season: '2' } };
    const { status, body } = await media('PATCH', '/assets/new-asset', change);
    expect(status).toBe(200);
    expect(body).toMatchObject({ properties: { description: 'Better', container: 'new-asset' } });
    expect(body.labels).toEqual({ season: '2' });
    expect((await media('PATCH', '/assets/nope', change)).status).toBe(404);
  });

  it('may have any name of up to 260 characters', async () => {
    const { media } = await openSandbox();
    for (const name of ['a;b,c(d)@e.f$=g', 'blåbær 视频 🎬', '視'.repeat(260), '..a', 'source video #1']) {
      const path = `/assets/${encodeURIComponent(name)}`;
      expect((await media('PUT', path, draft)).status).toBeLessThan(202);
      expect((await media('GET', path)).body.name).toBe(name);
    }
  });

  it('may not have a character in its name that MK.IO forbids', async () => {
    const { media } = await openSandbox();
    for (const name of ['a/b', 'a?b', 'a:b', 'a%b', 'a'.repeat(261)]) {
      const { status, body } = await media('PUT', `/assets/${encodeURIComponent(name)}`, draft);
      expect([status, body.error.extraDetail]).toEqual([400, { field: 'name' }]);
    }
  });

  it('has a state, files, access info and locators', async () => {
    const { media } = await openSandbox();
    expect((await media('GET', '/assets/output-video/state')).body).toEqual({ status: { state: 'Ready' } });
    const storage = await media('GET', '/assets/output-video/storage/');
    expect(storage.body.spec).toMatchObject({
      container: 'output-video',
      files: [{ name: 'video.mp4', size: 104857600 }],
    });
    expect((await media('GET', '/assets/output-video/storage')).body).toEqual(storage.body);
    const access = await media('POST', '/assets/output-video/getFileAccessInfo');
    expect(Object.keys(access.body)).toEqual(['storageAccountName', 'containerName', 'jwt', 'url', 'subPath']);
    expect(access.body.jwt).toMatch(/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/);
    const { body } = await media('POST', '/assets/output-video/listStreamingLocators');
    expect(body.streamingLocators).toMatchObject([{ assetName: 'output-video', resourceState: 'Created' }]);
  });
});

describe('requests of real clients', () => {
  const json = { 'content-type': 'application/json' };
  const send = async (call: Call, method: string, path: string) => (await call(method, path, undefined, json)).status;

  it('may have Content-Type JSON and no body', async () => {
    const { media } = await openSandbox();
    expect(await send(media, 'POST', '/assets/output-video/listStreamingLocators')).toBe(200);
    expect(await send(media, 'DELETE', '/assets/nope?$force=true&$notes=moved%20to%20lab')).toBe(204);
    expect(await send(media, 'GET', '/assets')).toBe(200);
  });
});

it('a too deeply nested body is answered 400', async () => {
  const { media } = await openSandbox();
  const labels = `{"labels":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`;
  expect(await media('PATCH', '/assets/output-video', labels)).toMatchObject({ status: 400 });
});
