import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { objectBody, requireFields } from './bodies.ts';
import type { Address } from './collections.ts';
import { isObject, timestamp, type Json } from './json.ts';
import { renderList } from './lists.ts';
import { notFound } from './replies.ts';
import type { State, WebhookRule } from './state.ts';

export function routeWebhooks(api: FastifyInstance, state: State): void {
  const { clock, webhookRules } = state;
  const find = (name: string) => {
    const rule = webhookRules.get(name);
    if (rule === undefined) throw notFound('Webhook rule', name);
    return rule;
  };

  const one = '/webhook/rules/:name';
  api.get('/webhook/rules', () => ({ value: [...webhookRules].map(([name, rule]) => renderRule(name, rule)) }));
  api.get<{ Params: Address }>(one, ({ params: { name } }) => renderRule(name, find(name)));
  api.put<{ Params: Address }>(one, (request, reply) => {
    const { name } = request.params;
    const body = objectBody(request);
    requireFields(['spec.url', 'spec.events'], body);
    const existing = webhookRules.get(name);
    const rule = { id: randomUUID(), createdAt: clock(), ...existing, spec: { enabled: true, ...(body.spec as Json) } };
    webhookRules.set(name, rule);
    return reply.code(existing ? 200 : 201).send(renderRule(name, rule));
  });
  api.delete<{ Params: Address }>(one, ({ params }, reply) =>
    reply.code(webhookRules.delete(params.name) ? 200 : 204).send(),
  );
  api.get<{ Params: Address }>(`${one}/events`, (request) => {
    find(request.params.name);
    // The sandbox calls no other host, so no rule ever delivers.
    return renderList([], { kind: 'WebhookEvent', url: state.linkOrigin + request.url });
  });
}

function renderRule(name: string, { id, createdAt, spec }: WebhookRule): Json {
  const authentication = spec.authentication === undefined ? {} : { authentication: mask(spec.authentication) };
  return { metadata: { id, name, created: timestamp(createdAt) }, spec: { ...spec, ...authentication } };
}

function mask(secret: unknown): unknown {
  if (!isObject(secret)) return '********';
  return Object.fromEntries(Object.entries(secret).map(([key, value]) => [key, mask(value)]));
}
