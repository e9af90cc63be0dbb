import type { RouteOptions } from 'fastify';
import fastify from 'fastify';
import fp from 'fastify-plugin';
import { ERROR, json } from './schemas.ts';

const INFO = {
  title: 'Admin listener of mkio-proxy',
  description: 'What the operator of a proxy sees and does. Errors have the shape of those of MK.IO.',
  version: '1',
};
const KEY = 'MKIO_PROXY_ADMIN_KEY';
const FAILED = json("The proxy's own answer where it could not do it.", ERROR);

/**
 * `GET /openapi.json`: the routes that are registered after this plugin, as OpenAPI 3. The schemas only document: each route
 * validates and serializes by itself.
 */
export const openapiRoute = fp((app, _options, done) => {
  const routes: RouteOptions[] = [];
  let document: Promise<object> | undefined;
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') routes.push(route);
  });
  app.get(
    '/openapi.json',
    { schema: { summary: 'This document', response: { 200: json('OpenAPI 3.1.', { type: 'object' }) } } },
    () => (document ??= renderDocument(routes)),
  );
  done();
});

/** @fastify/swagger documents the routes of a server, so it gets one that does not listen. */
async function renderDocument(routes: readonly RouteOptions[]): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger');
  const book = fastify({ exposeHeadRoutes: false });
  book.setValidatorCompiler(() => () => true);
  book.setSerializerCompiler(() => String);
  await book.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: INFO,
      security: [{}, { [KEY]: [] }],
      components: { securitySchemes: { [KEY]: { type: 'http', scheme: 'bearer', description: 'Where one is set.' } } },
    },
  });
  for (const { method, url, schema } of routes) {
    const response = { ...(schema?.response as object), '4xx': FAILED, '5xx': FAILED };
    book.route({ method, url, schema: { ...schema, response }, handler: () => undefined });
  }
  await book.ready();
  const document = book.swagger();
  // @fastify/swagger marks every body as required; here all are optional.
  const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path as Operations));
  for (const { requestBody } of operations) delete requestBody?.required;
  return document;
}

type Operations = Readonly<Record<string, { readonly requestBody?: { required?: boolean } }>>;
