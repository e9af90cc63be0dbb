import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { objectBody, requireFields } from './bodies.ts';
import { renderEntity, type Entity, type Family } from './entities.ts';
import { isObject, mergePatch, type Json } from './json.ts';
import { renderList } from './lists.ts';
import { badRequest, notFound } from './replies.ts';
import type { State } from './state.ts';
import { SUBSCRIPTION } from './tenant.ts';

/** Names of media resources, by MK.IO's own rule. */
const NAME = /^[^^'<>%&:\\?/*+]{1,260}$/u;

export interface Address {
  readonly name: string;
  /** Of a job: the name of its transform. */
  readonly parent?: string;
}

/** The operations that every kind of media resource has, below `/media`. */
export function routeFamily(api: FastifyInstance, state: State, family: Family): void {
  const collection = collectionUrl(family);
  const one = `${collection}/:name`;

  api.get<{ Params: { parent?: string } }>(collection, (request) => {
    const { parent } = request.params;
    const under = parent === undefined ? '' : `${requireParent(state, family, parent)}/`;
    return listEntities(request, state, family, under);
  });
  api.get<{ Params: Address }>(one, (request) => ({
    ...renderEntity(findEntity(state, family, request.params), state.clock()),
    supplemental: { operation: 'get', subscription: SUBSCRIPTION },
  }));
  api.put<{ Params: Address }>(one, (request, reply) => {
    const existed = state.media.has(pathOf(family, request.params));
    const entity = putEntity(state, family, request.params, objectBody(request));
    return reply.code(existed ? (family.replaceStatus ?? 200) : 201).send(renderEntity(entity, state.clock()));
  });
  api.delete<{ Params: Address }>(one, (request, reply) =>
    reply.code(removeEntity(state, family, request.params) ? 200 : 204).send(),
  );
  if (family.patchable) {
    api.patch<{ Params: Address }>(one, (request) => {
      const { draft } = findEntity(state, family, request.params);
      const body = mergePatch(draft, objectBody(request)) as Json;
      return renderEntity(putEntity(state, family, request.params, body), state.clock());
    });
  }
  const { stateOf } = family;
  if (stateOf) {
    api.get<{ Params: Address }>(`${one}/state`, (request) => ({
      status: { state: stateOf(findEntity(state, family, request.params), state.clock()) },
    }));
  }
}

export function listEntities(request: FastifyRequest, state: State, family: Family, under = ''): Json {
  const items = [...state.media.values()]
    .filter((entity) => entity.family === family && entity.path.startsWith(under))
    .map((entity) => renderEntity(entity, state.clock()));
  return renderList(items, { kind: family.kind, url: state.linkOrigin + request.url, subscription: SUBSCRIPTION });
}

export function findEntity(state: State, family: Family, address: Address): Entity {
  const entity = state.media.get(pathOf(family, address));
  // A decoded %2F in a name could address a resource of another family.
  if (entity?.family !== family) throw notFound(family.kind, address.name);
  return entity;
}

export function putEntity(state: State, family: Family, address: Address, body: Json): Entity {
  if (!NAME.test(address.name)) throw badRequest(`'${address.name}' is not a valid name.`, 'name');
  if (address.parent !== undefined) requireParent(state, family, address.parent);
  requireFields(family.required, body);
  const path = pathOf(family, address);
  const now = state.clock();
  const entity: Entity = {
    family,
    path,
    name: address.name,
    internalId: randomUUID(),
    createdAt: now,
    ...state.media.get(path),
    modifiedAt: now,
    draft: draftOf(family, body),
  };
  state.media.set(path, entity);
  return entity;
}

/** Also removes its children, such as the jobs of a transform. */
function removeEntity(state: State, family: Family, address: Address): boolean {
  const path = pathOf(family, address);
  if (state.media.get(path)?.family !== family) return false;
  for (const other of state.media.keys()) if (other.startsWith(`${path}/`)) state.media.delete(other);
  return state.media.delete(path);
}

export function collectionUrl({ parent, segment }: Family): string {
  return parent === undefined ? `/media/${segment}` : `/media/${parent.segment}/:parent/${segment}`;
}

function pathOf(family: Family, { parent, name }: Address): string {
  const base = family.parent && parent !== undefined ? `${family.parent.segment}/${parent}/` : '';
  return `${base}${family.segment}/${name}`;
}

function requireParent(state: State, family: Family, name: string): string {
  return family.parent ? findEntity(state, family.parent, { name }).path : '';
}

/** Ignores read-only properties, so a caller can send back a document as it read it. */
function draftOf({ blank }: Family, body: Json): Json {
  return Object.fromEntries(Object.entries(blank).map(([key, value]) => [key, fill(key, value, body[key])]));
}

function fill(key: string, blank: unknown, given: unknown): unknown {
  if (!isObject(blank)) return given ?? blank;
  const fields = given ?? {};
  if (!isObject(fields)) throw badRequest(`${key} has to be an object.`, key);
  return { ...blank, ...fields };
}
