import { describe, expect, it } from 'vitest';
import { createClock, namesIn, openSandbox } from '../support/sandbox.ts';

const transform = { properties: { outputs: [{ preset: { presetName: 'H264SingleBitrate720p' } }] } };
const job = {
  properties: {
    input: { '@odata.type': '#Microsoft.Media.JobInputAsset', assetName: 'source video #1' },
    outputs: [{ '@odata.type': '#Microsoft.Media.JobOutputAsset', assetName: 'output-video' }],
  },
};
const path = '/transforms/abr-720p/jobs/mine';

describe('transforms', () => {
  it('are listed, created, read and deleted together with their jobs', async () => {
    const { media } = await openSandbox();
    expect((await media('PUT', '/transforms/new', transform)).status).toBe(201);
    expect((await media('PUT', '/transforms/new', transform)).status).toBe(200);
    expect(namesIn(await media('GET', '/transforms'))).toEqual(['abr-720p', 'new']);
    expect((await media('GET', '/transforms/new')).body.type).toBe('Microsoft.Media/mediaservices/transforms');
    await media('PUT', '/transforms/new/jobs/j', job);
    expect((await media('DELETE', '/transforms/new')).status).toBe(200);
    expect(namesIn(await media('GET', '/jobs'))).toEqual(['job-001', 'job-002']);
    expect((await media('DELETE', '/transforms/new')).status).toBe(204);
  });

  it('need outputs', async () => {
    const { media } = await openSandbox();
    const { status, body } = await media('PUT', '/transforms/new', { properties: {} });
    expect([status, body.error.extraDetail.field]).toEqual([400, 'properties.outputs']);
  });
});

describe('jobs', () => {
  it('include a finished and a failed one at the start', async () => {
    const { media } = await openSandbox();
    expect(namesIn(await media('GET', "/jobs?$filter=properties/state%20eq%20'Finished'"))).toEqual(['job-001']);
    const { body } = await media('GET', "/jobs?$filter=properties/state eq 'Error'");
    expect(body.value[0]!.properties.outputs[0]!.error).toMatchObject({
      category: 'Content',
      code: 'ContentMalformed',
    });
  });

  it('change from Queued to Processing to Finished over time', async () => {
    const clock = createClock();
    const { media } = await openSandbox({ clock });
    const seen: unknown[] = [];
    const look = async () => {
      const { state, outputs } = (await media('GET', path)).body.properties;
      const polled = (await media('GET', `${path}/state`)).body.status.state;
      expect(outputs[0]!.state).toBe(state);
      expect(polled).toBe(state);
      seen.push([state, outputs[0]!.progress]);
    };
    expect((await media('PUT', path, job)).status).toBe(201);
    await look();
    for (const ms of [2_000, 4_000, 4_000]) {
      clock.advance(ms);
      await look();
    }
    expect(seen).toEqual([
      ['Queued', 0],
      ['Processing', 0],
      ['Processing', 50],
      ['Finished', 100],
    ]);
    const { properties } = (await media('GET', path)).body;
    expect(Date.parse(properties.endTime) - Date.parse(properties.startTime)).toBe(8_000);
    expect(properties.lastModified).toBe(properties.endTime);
  });

  it('stay Canceled once canceled, and cannot be canceled twice', async () => {
    const clock = createClock();
    const { media } = await openSandbox({ clock });
    await media('PUT', path, job);
    clock.advance(3_000);
    const canceled = await media('POST', `${path}/cancelJob`);
    expect([canceled.status, canceled.text]).toEqual([200, '']);
    clock.advance(60_000);
    expect((await media('GET', `${path}/state`)).body.status.state).toBe('Canceled');
    expect((await media('POST', `${path}/cancelJob`)).body.error.code).toBe('Conflict');
  });

  it('are listed under their transform and across the project', async () => {
    const { media } = await openSandbox();
    await media('PUT', '/transforms/new', transform);
    await media('PUT', '/transforms/new/jobs/mine', job);
    expect(namesIn(await media('GET', '/transforms/new/jobs'))).toEqual(['mine']);
    expect(namesIn(await media('GET', '/transforms/abr-720p/jobs'))).toEqual(['job-001', 'job-002']);
    expect(namesIn(await media('GET', '/jobs'))).toHaveLength(3);
  });

  it('are patched and deleted', async () => {
    const { media } = await openSandbox();
    await media('PUT', path, job);
    const { body } = await media('PATCH', path, { properties: { priority: 'High' } });
    expect(body.properties).toMatchObject({ priority: 'High', state: 'Queued' });
    expect((await media('DELETE', path)).status).toBe(200);
    expect((await media('DELETE', path)).status).toBe(204);
  });

  it('need a transform, an input and outputs', async () => {
    const { media } = await openSandbox();
    expect((await media('GET', '/transforms/nope/jobs')).status).toBe(404);
    expect((await media('PUT', '/transforms/nope/jobs/mine', job)).status).toBe(404);
    const { body } = await media('PUT', path, { properties: { input: {} } });
    expect(body.error.extraDetail).toEqual({ field: 'properties.outputs' });
  });

  it('cannot be reached by an encoded slash in the name of a transform', async () => {
    const { media } = await openSandbox();
    expect((await media('GET', '/transforms/abr-720p%2Fjobs%2Fjob-001')).status).toBe(404);
    expect((await media('DELETE', '/transforms/abr-720p%2Fjobs%2Fjob-001')).status).toBe(204);
    expect((await media('GET', '/transforms/abr-720p/jobs/job-001')).status).toBe(200);
  });
});
