import type { FastifyInstance } from 'fastify';
import { collectionUrl, findEntity, listEntities, routeFamily, type Address } from './collections.ts';
import { propertiesOf, settle, type Entity, type Family } from './entities.ts';
import { isObject, timestamp, type Json } from './json.ts';
import { ApiError } from './replies.ts';
import type { State } from './state.ts';
import { TRANSFORMS } from './transforms.ts';

export const JOB_QUEUED_MS = 2_000;
export const JOB_PROCESSING_MS = 8_000;

const ENDED = ['Finished', 'Canceled', 'Error'];

export const JOBS: Family = {
  kind: 'Job',
  segment: 'jobs',
  parent: TRANSFORMS,
  blank: { properties: { description: '', priority: 'Normal' } },
  required: ['properties.input', 'properties.outputs'],
  patchable: true,
  derive: deriveJob,
  stateOf: jobState,
};

export function routeJobs(api: FastifyInstance, state: State): void {
  routeFamily(api, state, JOBS);
  api.get('/media/jobs', (request) => listEntities(request, state, JOBS));
  api.post<{ Params: Address }>(`${collectionUrl(JOBS)}/:name/cancelJob`, (request, reply) => {
    const job = findEntity(state, JOBS, request.params);
    const now = state.clock();
    if (ENDED.includes(jobState(job, now))) throw new ApiError(409, `Job '${job.name}' has already ended.`);
    state.media.set(job.path, { ...job, transition: { since: now, during: 'Canceled', then: 'Canceled' } });
    return reply.send();
  });
}

function jobState(job: Entity, now: number): string {
  if (job.transition) return settle(job.transition, now);
  const age = now - job.createdAt;
  if (age < JOB_QUEUED_MS) return 'Queued';
  return age < JOB_QUEUED_MS + JOB_PROCESSING_MS ? 'Processing' : 'Finished';
}

function deriveJob(job: Entity, now: number): Json {
  const state = jobState(job, now);
  const startsAt = job.createdAt + JOB_QUEUED_MS;
  const endsAt = job.transition?.since ?? startsAt + JOB_PROCESSING_MS;
  const passed = [startsAt, endsAt].filter((time) => time <= Math.min(now, endsAt));
  const times = {
    ...(passed.includes(startsAt) && { startTime: timestamp(startsAt) }),
    ...(ENDED.includes(state) && { endTime: timestamp(endsAt) }),
  };
  const outcome = { state, progress: progressAt(Math.min(now, endsAt), startsAt), ...errorOf(state), ...times };
  return {
    state,
    lastModified: timestamp(Math.max(job.modifiedAt, ...passed)),
    outputs: outputsOf(job).map((output, index) => ({
      label: `BuiltInStandardEncoderPreset_${index}`,
      ...output,
      ...outcome,
    })),
    ...times,
  };
}

function outputsOf(job: Entity): Json[] {
  const { outputs } = propertiesOf(job);
  return Array.isArray(outputs) ? outputs.filter(isObject) : [];
}

function progressAt(time: number, startsAt: number): number {
  return Math.round(Math.min(Math.max((time - startsAt) / JOB_PROCESSING_MS, 0), 1) * 100);
}

function errorOf(state: string): Json {
  if (state !== 'Error') return {};
  const message = 'The input file could not be decoded.';
  return { error: { category: 'Content', code: 'ContentMalformed', message, retry: 'DoNotRetry' } };
}
