import { isObject, type Json } from './json.ts';
import { ApiError } from './replies.ts';
import { ORGANIZATION, PROJECT } from './tenant.ts';
import type { TokenRecord } from './tokens.ts';

const ACTIONS = ['scale', 'start', 'stop'];
const ALL = ['create', 'delete', 'get', 'update'];

/** The user's rights, and so those of a full-access token: verbs by capability, by id of the organization or project. */
const RIGHTS = {
  'core.customer': {
    [ORGANIZATION.id]: { 'core.customer': ['get'], 'core.location': ['get'], 'core.project': ['get'] },
  },
  'core.project': {
    [PROJECT.id]: {
      'ams.accountfilter': ALL,
      'ams.asset': ALL,
      'ams.job': ALL,
      'ams.streamingendpoint': [...ALL, ...ACTIONS],
      'ams.streaminglocator': ALL,
      'ams.transform': ALL,
      'fleet.device': ALL,
      'webhooks.config': ALL,
    },
  },
};

/** Keyed by the path segment that names the kind of resource. */
const CAPABILITIES: Readonly<Record<string, string>> = {
  accountFilters: 'ams.accountfilter',
  assets: 'ams.asset',
  backups: 'fleet.device',
  jobs: 'ams.job',
  rules: 'webhooks.config',
  streamingEndpoints: 'ams.streamingendpoint',
  streamingLocators: 'ams.streaminglocator',
  transforms: 'ams.transform',
  uploadBackup: 'fleet.device',
};

const VERBS: Readonly<Record<string, readonly string[]>> = {
  GET: ['get'],
  HEAD: ['get'],
  PUT: ['create', 'update'],
  PATCH: ['update'],
  DELETE: ['delete'],
};

export const rightsOf = ({ type, permissions }: TokenRecord): Json =>
  type === 'full-access' ? RIGHTS : { 'core.customer': {}, 'core.project': {}, ...permissions };

/** Throws 403 unless the permissions are a subset of the user's rights. */
export function requireSubset(permissions: Json): void {
  for (const [scope, ids] of entriesOf(permissions)) {
    for (const [id, rights] of entriesOf(ids)) {
      for (const [capability, verbs] of entriesOf(rights)) {
        const own = at(RIGHTS, scope, id, capability);
        if ([verbs].flat().every((verb) => isListed(verb, own))) continue;
        throw new ApiError(403, `You do not have ${capability} there yourself.`);
      }
    }
  }
}

/** Throws 403 unless the token may use the route, e.g. `/api/v1/projects/:project/media/assets/:name`. */
export function requireRight(record: TokenRecord, { method, url = '' }: Route): void {
  const [, below] = url.split('/:project');
  if (record.type === 'full-access' || below === undefined) return;
  const rights = at(rightsOf(record), 'core.project', PROJECT.id);
  if (entriesOf(rights).length === 0) throw new ApiError(403, 'The token has no access to the project.');
  const segments = below.split('/');
  const capability = segments.map((segment) => CAPABILITIES[segment]).findLast((found) => found !== undefined);
  if (capability === undefined) return;
  const verbs = VERBS[method] ?? [ACTIONS.find((action) => action === segments.at(-1)) ?? 'create'];
  if (verbs.some((verb) => isListed(verb, at(rights, capability)))) return;
  throw new ApiError(403, `The token lacks ${capability}.${verbs.join(' or ')}.`);
}

interface Route {
  readonly method: string;
  readonly url?: string | undefined;
}

const entriesOf = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);

const isListed = (verb: unknown, verbs: unknown): boolean => Array.isArray(verbs) && verbs.includes(verb);

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((found, key) => (isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined), value);
