import type { FastifyInstance } from 'fastify';
import { renderList } from './lists.ts';
import { CLOUD, LOCATION, PROJECT, USER } from './tenant.ts';
import type { State } from './state.ts';
import type { Json } from './json.ts';

export function routeProjects(api: FastifyInstance, state: State): void {
  api.get('/projects', (request) =>
    renderList([renderProject()], { kind: 'Project', url: state.linkOrigin + request.url }),
  );
  api.get('/projects/:project', renderProject);
}

function renderProject(): Json {
  const { id, name, displayName, created } = PROJECT;
  return {
    kind: 'project',
    metadata: { id, name, displayName, created, createdByName: USER.name, createdById: USER.id, cloud: CLOUD },
    spec: {
      name,
      displayName,
      isActive: true,
      locationId: LOCATION.id,
      locationName: LOCATION.name,
      locationDisplayName: LOCATION.displayName,
      assignedPaymentMethodId: null,
    },
  };
}
