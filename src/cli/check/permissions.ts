import type { Config } from '../../config/config.ts';
import type { Family } from '../../mkio/operations.ts';
import type { Operation } from '../../mkio/operations.ts';
import { OPERATIONS } from '../../mkio/operations.ts';
import { createPolicy } from '../../policy/rules.ts';
import type { Capabilities, Rights } from './rights.ts';

/**
 * Prefixes of the capabilities that each family's operations need. MK.IO documents few of them. The entries for live and
 * templates are inferred.
 */
const AREAS: Readonly<Record<Family, readonly string[]>> = {
  media: ['ams', 'transform'],
  live: ['flow', 'scheduling'],
  templates: ['flow', 'scheduling'],
  fleets: ['fleet'],
  infra: ['infra'],
  management: ['core', 'webhooks'],
};

/** By area, whether callers may write. Callers have no access to absent areas. */
type Reach = ReadonlyMap<string, { readonly writes: boolean }>;

type Permissions = Readonly<Record<string, Readonly<Record<string, Capabilities>>>>;

/**
 * Plans the `permissions` of a restricted token: the rights that callers can use under the policy, in one project or all.
 * undefined if there are none.
 */
export function planPermissions(
  rights: Rights,
  config: Config,
  projectId: string | undefined,
): Permissions | undefined {
  const allowed = listAllowed(config);
  const inProjects = reachOf(allowed.filter(({ template }) => template.startsWith(IN_PROJECT)));
  const outside = reachOf(allowed.filter(({ template }) => OF_ORGANIZATION.test(template)));
  const projects = Object.entries(rights.projects).filter(([id]) => projectId === undefined || id === projectId);
  const permissions = {
    'core.customer': narrowAll(Object.entries(rights.organizations), outside),
    'core.project': narrowAll(projects, inProjects),
  };
  const used = Object.entries(permissions).filter(([, scope]) => Object.keys(scope).length > 0);
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

const IN_PROJECT = '/api/v1/projects/{';
/** Other operations outside projects need no rights. */
const OF_ORGANIZATION = /^\/api\/v1\/(?:organization|locations)(?:\/|$)/;

function listAllowed({ policy, project }: Config): readonly Operation[] {
  const rules = createPolicy(policy);
  const name = policy.projects[0] ?? project ?? '{project_name}';
  return OPERATIONS.filter(
    ({ method, template }) => rules.decide(method, { path: template.replace('{project_name}', name) }).allowed,
  );
}

function reachOf(allowed: readonly Operation[]): Reach {
  const reach = new Map<string, { writes: boolean }>();
  for (const { family, reads } of allowed) {
    for (const area of AREAS[family]) reach.set(area, { writes: reach.get(area)?.writes === true || !reads });
  }
  return reach;
}

const narrowAll = (entries: readonly [string, Capabilities][], reach: Reach): Readonly<Record<string, Capabilities>> =>
  Object.fromEntries(
    entries
      .map(([id, capabilities]) => [id, narrow(capabilities, reach)] as const)
      .filter(([, capabilities]) => Object.keys(capabilities).length > 0),
  );

const narrow = (capabilities: Capabilities, reach: Reach): Capabilities =>
  Object.fromEntries(
    Object.entries(capabilities)
      .map(([name, verbs]) => [name, usableOf(verbs, reach.get(name.split('.', 1)[0] ?? ''))] as const)
      .filter(([, verbs]) => verbs.length > 0),
  );

const usableOf = (verbs: readonly string[], area: { readonly writes: boolean } | undefined): readonly string[] =>
  area === undefined ? [] : verbs.filter((verb) => area.writes || verb === 'get');
