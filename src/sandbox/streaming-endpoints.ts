import type { FastifyInstance } from 'fastify';
import { objectBody, requireFields } from './bodies.ts';
import { findEntity, routeFamily, type Address } from './collections.ts';
import { settle, type Entity, type Family } from './entities.ts';
import { mergePatch, type Json } from './json.ts';
import { badRequest } from './replies.ts';
import type { State } from './state.ts';
import { PROJECT } from './tenant.ts';

const MAX_SCALE = 10;
const SKU = { name: 'Standard', capacity: 600 };

export const STREAMING_ENDPOINTS: Family = {
  kind: 'StreamingEndpoint',
  segment: 'streamingEndpoints',
  blank: {
    location: '',
    tags: {},
    properties: {
      description: '',
      cdnEnabled: false,
      cdnBasePath: '',
      scaleUnits: 0,
      sku: SKU,
      maxCacheAge: 86400,
      maxManifestCacheAge: 60,
      urlStyle: 'AMS',
    },
  },
  required: ['location'],
  replaceStatus: 201,
  patchable: true,
  derive: (endpoint, now) => ({
    hostName: `ep-${endpoint.name}-${PROJECT.name}.${String(endpoint.draft.location)}.streaming.mediakind.com`,
    publicName: `${endpoint.name}-demo`,
    provisioningState: 'Succeeded',
    resourceState: endpointState(endpoint, now),
  }),
  stateOf: endpointState,
};

/** `idle`: the state in which the action does nothing. */
const ACTIONS = [
  { action: 'start', during: 'Starting', then: 'Running', idle: 'Running' },
  { action: 'stop', during: 'Stopping', then: 'Stopped', idle: 'Stopped' },
  { action: 'restart', during: 'Restarting', then: 'Running', idle: undefined },
];

export function routeStreamingEndpoints(api: FastifyInstance, state: State): void {
  routeFamily(api, state, STREAMING_ENDPOINTS);

  const one = '/media/streamingEndpoints/:name';
  const find = (address: Address) => findEntity(state, STREAMING_ENDPOINTS, address);
  const begin = (endpoint: Entity, during: string, then: string) => {
    const now = state.clock();
    state.media.set(endpoint.path, { ...endpoint, modifiedAt: now, transition: { since: now, during, then } });
  };

  for (const { action, during, then, idle } of ACTIONS) {
    api.post<{ Params: Address }>(`${one}/${action}`, ({ params }, reply) => {
      const endpoint = find(params);
      if (endpointState(endpoint, state.clock()) !== idle) begin(endpoint, during, then);
      return reply.send();
    });
  }
  api.post<{ Params: Address }>(`${one}/scale`, (request, reply) => {
    const endpoint = find(request.params);
    const body = objectBody(request);
    requireFields(['scaleUnit'], body);
    if (!isScale(body.scaleUnit))
      throw badRequest(`scaleUnit has to be a whole number from 0 to ${MAX_SCALE}.`, 'scaleUnit');
    const draft = mergePatch(endpoint.draft, { properties: { scaleUnits: body.scaleUnit } }) as Json;
    begin({ ...endpoint, draft }, 'Scaling', endpoint.transition?.then ?? 'Stopped');
    return reply.send();
  });
  api.get<{ Params: Address }>(`${one}/skus`, ({ params }) => {
    const { segment } = find(params).family;
    const capacity = { scaleType: 'Automatic', minimum: 0, maximum: MAX_SCALE, default: 0 };
    return { value: [{ resourceType: `Microsoft.Media/mediaservices/${segment}`, capacity, sku: SKU }] };
  });
}

function endpointState({ transition }: Entity, now: number): string {
  return transition ? settle(transition, now) : 'Stopped';
}

const isScale = (units: unknown): boolean =>
  Number.isInteger(units) && (units as number) >= 0 && (units as number) <= MAX_SCALE;
