import type { FastifyInstance } from 'fastify';
import { objectBody, requireFields } from './bodies.ts';
import { isObject, type Json } from './json.ts';
import { badRequest, notFound } from './replies.ts';
import { requireSubset, rightsOf } from './rights.ts';
import type { State } from './state.ts';
import { ORGANIZATION, USER } from './tenant.ts';
import type { MintOptions, TokenRecord, TokenType } from './tokens.ts';

const TOKEN_TYPES: readonly TokenType[] = ['full-access', 'restricted', 'ephemeral'];
const YEAR_MS = 366 * 24 * 3600 * 1000;

const PROFILE = {
  kind: 'profile',
  metadata: { id: USER.id },
  spec: {
    name: USER.name,
    company: ORGANIZATION.name,
    jobRole: 'Engineer',
    country: 'NO',
    phoneNumber: '+4700000000',
    contactEmail: USER.email,
    loginEmail: USER.email,
    avatar: '',
    isActive: true,
    activeOrganizationId: ORGANIZATION.id,
    features: {},
  },
};

const ORGANIZATION_DOCUMENT = { kind: 'organization', metadata: ORGANIZATION, spec: {} };

export function routeUser(api: FastifyInstance, { tokens }: State): void {
  api.get('/user/profile', () => PROFILE);
  api.get('/user/rbac', async ({ headers }) => ({ rbac: rightsOf(await tokens.authenticate(headers.authorization)) }));
  api.get('/user/organizations', () => ({ kind: 'organizations', value: [ORGANIZATION_DOCUMENT] }));
  api.get<{ Params: { id: string } }>('/user/organizations/:id', ({ params }) => {
    if (params.id !== ORGANIZATION.id) throw notFound('Organization', params.id);
    return ORGANIZATION_DOCUMENT;
  });
}

export function routeUserTokens(api: FastifyInstance, { tokens, clock }: State): void {
  api.get('/user/tokens', () => ({
    kind: 'tokens',
    value: [...tokens.records]
      .filter(([, record]) => record.expiresAt > clock())
      .map(([jti, record]) => renderToken(jti, record)),
  }));
  api.post('/user/tokens', async (request, reply) => {
    const { jti, token } = await tokens.mint(parseMint(objectBody(request), clock()));
    const { metadata, spec } = renderToken(jti, found(tokens.records.get(jti), jti));
    return await reply.code(201).send({ metadata: { ...metadata, JWT: token }, spec });
  });
  api.delete('/user/tokens', (_request, reply) => {
    for (const jti of tokens.records.keys()) tokens.revoke(jti);
    return reply.send();
  });
  api.get<{ Params: { jti: string } }>('/user/tokens/:jti', ({ params: { jti } }) =>
    renderToken(jti, found(tokens.records.get(jti), jti)),
  );
  api.delete<{ Params: { jti: string } }>('/user/tokens/:jti', ({ params: { jti } }, reply) => {
    found(tokens.records.get(jti), jti);
    tokens.revoke(jti);
    return reply.send();
  });
}

function found(record: TokenRecord | undefined, jti: string): TokenRecord {
  if (record === undefined) throw notFound('Token', jti);
  return record;
}

function parseMint(body: Json, now: number): MintOptions {
  requireFields(['type', 'organizationId'], body);
  const type = TOKEN_TYPES.find((known) => known === body.type);
  if (type === undefined) throw badRequest(`type has to be one of ${TOKEN_TYPES.join(', ')}.`, 'type');
  const permissions = isObject(body.permissions) ? body.permissions : undefined;
  if (permissions !== undefined) requireSubset(permissions);
  return {
    type,
    description: typeof body.description === 'string' ? body.description : '',
    ...(body.expireDate !== undefined && { lifetimeSeconds: parseLifetime(body.expireDate, now) }),
    ...(permissions !== undefined && { permissions }),
  };
}

function parseLifetime(expireDate: unknown, now: number): number {
  const lifetimeMs = Date.parse(String(expireDate)) - now;
  if (lifetimeMs > 0 && lifetimeMs <= YEAR_MS) return Math.floor(lifetimeMs / 1000);
  throw badRequest('expireDate has to be a time within the next year.', 'expireDate');
}

function renderToken(jti: string, record: TokenRecord) {
  return {
    kind: 'token',
    metadata: { id: jti, type: record.type },
    spec: {
      user: USER.email,
      description: record.description,
      issued: seconds(record.issuedAt),
      expires: seconds(record.expiresAt),
      lastUsed: record.usedAt === null ? null : seconds(record.usedAt).slice(0, 'YYYY-MM-DD'.length),
      revoked: record.revokedAt === null ? null : seconds(record.revokedAt),
      organizationId: ORGANIZATION.id,
      permissions: record.permissions,
    },
  };
}

/** MK.IO writes token times without a fraction, unlike those of media resources. */
function seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '');
}
