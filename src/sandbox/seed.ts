import { randomUUID } from 'node:crypto';
import { ACCOUNT_FILTERS } from './account-filters.ts';
import { ASSETS } from './assets.ts';
import { putEntity, type Address } from './collections.ts';
import type { Entity, Family } from './entities.ts';
import type { Json } from './json.ts';
import { JOB_QUEUED_MS, JOBS } from './jobs.ts';
import type { State } from './state.ts';
import { STREAMING_ENDPOINTS } from './streaming-endpoints.ts';
import { STREAMING_LOCATORS } from './streaming-locators.ts';
import { LOCATION, PROJECT } from './tenant.ts';
import { TRANSFORMS } from './transforms.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Name, age in days, container, description, labels. */
const SEED_ASSETS: readonly (readonly [string, number, string, string, Json?])[] = [
  ['source video #1', 90, 'source-video', 'Source video', { series: 'my-show', season: '1' }],
  ['output-video', 89, 'output-video', 'Encoded from source video #1', { series: 'my-show', season: '1' }],
  ['my-show s01e01', 75, 'my-show-s01e01', 'Pilot', { series: 'my-show', season: '1', studio: 'paravalley' }],
  ['my-show s01e02', 68, 'my-show-s01e02', 'The second one', { series: 'my-show', season: '1', studio: 'paravalley' }],
  ['my-show s02e01', 40, 'my-show-s02e01', 'A new season', { series: 'my-show', season: '2', studio: 'northlight' }],
  ['trailer; final (v2)', 33, 'trailer-final', 'Trailer as delivered', { studio: 'northlight', region: 'eu' }],
  ['interview, part 1', 30, 'interview-part-1', 'Interview with the director', { series: 'behind-the-scenes' }],
  ['blåbær på fjellet', 21, 'blabar', 'Nature film', { studio: 'fjordfilm', region: 'no' }],
  ['keynote@2026.mp4', 14, 'keynote-2026', 'Conference keynote', { region: 'eu', hasBeenMigrated: 'true' }],
  ['logo-loop', 9, 'logo-loop', '', {}],
  ['live-archive-2026-02', 5, 'live-archive', 'Recorded from the live channel', { series: 'news', region: 'uk' }],
  ['corrupt-upload', 2, 'corrupt-upload', 'Upload that broke off', { hasBeenMigrated: 'false' }],
];

const LADDER = {
  preset: { '@odata.type': '#Microsoft.Media.BuiltInStandardEncoderPreset', presetName: 'H264MultipleBitrate720p' },
  onError: 'StopProcessingJob',
  relativePriority: 'Normal',
};

/** A project after a few months of use. */
export async function seed(state: State): Promise<void> {
  await seedTokens(state);
  seedAssets(state);
  seedJobs(state);
  seedStreaming(state);
  state.webhookRules.set('jobs', {
    id: randomUUID(),
    createdAt: state.clock() - 60 * DAY_MS,
    spec: {
      url: 'https://hooks.example.com/mkio',
      enabled: true,
      events: ['MediaKind.JobFinished'],
      authentication: { headers: { 'X-Webhook-Secret': 's3cret' } },
      headers: { 'X-Source': 'mkio' },
    },
  });
}

async function seedTokens({ tokens }: State): Promise<void> {
  await tokens.mint({
    type: 'restricted',
    description: 'assets only',
    permissions: { 'core.project': { [PROJECT.id]: { 'ams.asset': ['get'] } } },
  });
}

function seedAssets(state: State): void {
  for (const [name, daysAgo, container, description, labels] of SEED_ASSETS) {
    const properties = { description, container, storageAccountName: 'primary-azure', subPath: 'incoming' };
    put(state, daysAgo, ASSETS, { name }, { properties, labels });
  }
}

function seedJobs(state: State): void {
  const job = (name: string, daysAgo: number, input: string, output: string) =>
    put(state, daysAgo, JOBS, { parent: 'abr-720p', name }, jobBody(input, output));

  put(state, 91, TRANSFORMS, { name: 'abr-720p' }, { properties: { description: '720p ladder', outputs: [LADDER] } });
  job('job-001', 89, 'source video #1', 'output-video');
  const failed = job('job-002', 2, 'corrupt-upload', 'output-video');
  const since = failed.createdAt + JOB_QUEUED_MS;
  state.media.set(failed.path, { ...failed, transition: { since, during: 'Processing', then: 'Error' } });
}

function jobBody(input: string, output: string): Json {
  return {
    properties: {
      description: 'Encode',
      input: { '@odata.type': '#Microsoft.Media.JobInputAsset', assetName: input, files: ['video.mp4'] },
      outputs: [{ '@odata.type': '#Microsoft.Media.JobOutputAsset', assetName: output }],
    },
  };
}

function seedStreaming(state: State): void {
  const locator = (name: string, assetName: string, streamingPolicyName: string) =>
    put(state, 88, STREAMING_LOCATORS, { name }, { properties: { assetName, streamingPolicyName } });

  const endpoint = { location: LOCATION.name, properties: { description: 'Default endpoint' } };
  put(state, 91, STREAMING_ENDPOINTS, { name: 'default' }, endpoint);
  locator('my-locator', 'output-video', 'Predefined_ClearStreamingOnly');
  locator('drm-locator', 'my-show s01e01', 'Predefined_MultiDrmCencStreaming');
  for (const [name, bitrate] of Object.entries({ 'mobile-only': 1_500_000, 'hd-only': 6_000_000 })) {
    put(state, 80, ACCOUNT_FILTERS, { name }, { properties: { firstQuality: { bitrate } } });
  }
}

/** Runs `put` with the clock set back, so that the new resource is that old. */
function put(state: State, daysAgo: number, family: Family, address: Address, body: Json): Entity {
  const createdAt = state.clock() - daysAgo * DAY_MS;
  return putEntity({ ...state, clock: () => createdAt }, family, address, body);
}
