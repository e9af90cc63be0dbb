import type { FastifyInstance } from 'fastify';
import { routeFamily } from './collections.ts';
import type { Family } from './entities.ts';
import type { State } from './state.ts';

export const TRANSFORMS: Family = {
  kind: 'Transform',
  segment: 'transforms',
  blank: { properties: { description: '' } },
  required: ['properties.outputs'],
  derive: () => ({}),
};

export function routeTransforms(api: FastifyInstance, state: State): void {
  routeFamily(api, state, TRANSFORMS);
}
