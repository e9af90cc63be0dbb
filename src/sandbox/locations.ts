import type { FastifyInstance } from 'fastify';
import { notFound } from './replies.ts';
import { CLOUD, LOCATION } from './tenant.ts';

const DOCUMENT = { kind: 'location', metadata: { ...LOCATION, cloud: CLOUD }, spec: { isActive: true } };

export function routeLocations(api: FastifyInstance): void {
  api.get('/locations', () => ({ kind: 'locations', value: [DOCUMENT] }));
  api.get<{ Params: { name: string } }>('/locations/:name', ({ params }) => {
    if (params.name !== LOCATION.name) throw notFound('Location', params.name);
    return DOCUMENT;
  });
}
