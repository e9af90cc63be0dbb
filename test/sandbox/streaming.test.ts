import { describe, expect, it } from 'vitest';
import { createClock, namesIn, openSandbox } from '../support/sandbox.ts';

describe('streaming endpoints', () => {
  const path = '/streamingEndpoints/default';
  const body = { location: 'uksouth-1', properties: { scaleUnits: 0, description: 'Mine' } };

  it('start with a stopped default', async () => {
    const { media } = await openSandbox();
    const { body } = await media('GET', '/streamingEndpoints');
    expect(body.value[0]).toMatchObject({
      name: 'default',
      location: 'uksouth-1',
      tags: {},
      properties: {
        resourceState: 'Stopped',
        provisioningState: 'Succeeded',
        sku: { name: 'Standard', capacity: 600 },
      },
    });
  });

  it('change their state over time', async () => {
    const clock = createClock();
    const { media } = await openSandbox({ clock });
    const state = async () => (await media('GET', `${path}/state`)).body.status.state;
    const seen: string[] = [];
    for (const [action, given] of [
      ['start', undefined],
      ['scale', { scaleUnit: 2 }],
      ['restart', undefined],
      ['stop', undefined],
    ] as const) {
      const answer = await media('POST', `${path}/${action}`, given);
      expect([answer.status, answer.text, answer.headers.get('content-length')]).toEqual([200, '', '0']);
      seen.push(await state());
      clock.advance(4_000);
      seen.push(await state());
    }
    expect(seen).toEqual([
      ...['Starting', 'Running'],
      ...['Scaling', 'Running'],
      ...['Restarting', 'Running'],
      ...['Stopping', 'Stopped'],
    ]);
    expect((await media('GET', path)).body.properties).toMatchObject({ scaleUnits: 2, resourceState: 'Stopped' });
  });

  it('do nothing on start if they already run', async () => {
    const clock = createClock();
    const { media } = await openSandbox({ clock });
    await media('POST', `${path}/start`);
    clock.advance(4_000);
    expect((await media('POST', `${path}/start`)).status).toBe(200);
    expect((await media('GET', `${path}/state`)).body.status.state).toBe('Running');
  });

  it('are created and replaced with 201, patched, and deleted with 200 and then 204', async () => {
    const { media } = await openSandbox();
    const mine = '/streamingEndpoints/mine';
    expect((await media('PUT', mine, body)).status).toBe(201);
    expect((await media('PUT', mine, body)).status).toBe(201);
    const patched = await media('PATCH', mine, { properties: { description: 'Yours' } });
    expect(patched.body.properties.description).toBe('Yours');
    expect((await media('DELETE', mine)).status).toBe(200);
    expect((await media('DELETE', mine)).status).toBe(204);
  });

  it('list their skus', async () => {
    const { media } = await openSandbox();
    expect((await media('GET', `${path}/skus`)).body.value[0]!.sku.name).toBe('Standard');
  });

  it.each([undefined, 'abc', -1, 1.5, 11])('refuse to scale to %s', async (scaleUnit) => {
    const { media } = await openSandbox();
    const answer = await media('POST', `${path}/scale`, { scaleUnit });
    expect([answer.status, answer.body.error.extraDetail]).toEqual([400, { field: 'scaleUnit' }]);
  });

  it('answer 404 to the start of an unknown one', async () => {
    const { media } = await openSandbox();
    expect((await media('POST', '/streamingEndpoints/nope/start')).status).toBe(404);
  });
});

describe('streaming locators', () => {
  const body = { properties: { assetName: 'output-video', streamingPolicyName: 'Predefined_ClearStreamingOnly' } };

  it('list their paths with or without a request body', async () => {
    const { media } = await openSandbox();
    const plain = await media('POST', '/streamingLocators/my-locator/listPaths', undefined, {
      'content-type': 'application/json',
    });
    expect(plain.body.streamingPaths[0]).toMatchObject({
      streamingProtocol: 'Hls',
      encryptionScheme: 'NoEncryption',
      paths: [expect.stringMatching(/^\/[0-9a-f-]{36}\/video\.ism\/manifest\(format=m3u8-cmaf\)$/)],
    });
    const styled = await media('POST', '/streamingLocators/my-locator/listPaths', { urlStyle: 'AMS' });
    expect(styled.body).toEqual(plain.body);
  });

  it('have content keys if they are encrypted', async () => {
    const { media } = await openSandbox();
    const keysOf = async (name: string) =>
      (await media('POST', `/streamingLocators/${name}/listContentKeys`)).body.contentKeys;
    expect(await keysOf('my-locator')).toEqual([]);
    expect(await keysOf('drm-locator')).toHaveLength(1);
  });

  it('are listed, created, read, deleted, and listed by asset', async () => {
    const { media } = await openSandbox();
    expect(namesIn(await media('GET', '/streamingLocators'))).toEqual(['my-locator', 'drm-locator']);
    expect((await media('PUT', '/streamingLocators/new', body)).status).toBe(201);
    expect((await media('GET', '/streamingLocators/new/state')).body).toEqual({ status: { state: 'Created' } });
    const published = await media('POST', '/assets/output-video/listStreamingLocators');
    expect(published.body.streamingLocators).toHaveLength(2);
    expect((await media('DELETE', '/streamingLocators/new')).status).toBe(200);
    expect((await media('PUT', '/streamingLocators/new', {})).body.error.extraDetail.field).toBe(
      'properties.assetName',
    );
  });
});

describe('account filters', () => {
  it('are listed, created, read and deleted', async () => {
    const { media } = await openSandbox();
    expect(namesIn(await media('GET', '/accountFilters'))).toEqual(['mobile-only', 'hd-only']);
    const body = { properties: { firstQuality: { bitrate: 1 }, tracks: [] } };
    expect((await media('PUT', '/accountFilters/new', body)).status).toBe(201);
    expect((await media('PUT', '/accountFilters/new', body)).status).toBe(200);
    expect((await media('GET', '/accountFilters/new')).body.properties).toMatchObject(body.properties);
    expect((await media('DELETE', '/accountFilters/new')).status).toBe(200);
    expect((await media('GET', '/accountFilters/new')).status).toBe(404);
  });
});
