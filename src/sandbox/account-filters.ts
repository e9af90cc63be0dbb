import type { FastifyInstance } from 'fastify';
import { routeFamily } from './collections.ts';
import type { Family } from './entities.ts';
import type { State } from './state.ts';

export const ACCOUNT_FILTERS: Family = {
  kind: 'AccountFilter',
  segment: 'accountFilters',
  blank: { properties: { tracks: [] } },
  required: ['properties'],
  derive: () => ({}),
};

export function routeAccountFilters(api: FastifyInstance, state: State): void {
  routeFamily(api, state, ACCOUNT_FILTERS);
}
