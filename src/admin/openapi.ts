import type { FastifyInstance, RouteOptions } from 'fastify';
import fastify from 'fastify';
import { ERROR, json } from './schemas.ts';

const INFO = {
  title: 'Admin listener of mkio-proxy',
  description: 'What the operator of a proxy sees and does. Errors have the shape of those of MK.IO.',
  version: '1',
};
const KEY = 'MKIO_PROXY_ADMIN_KEY';
const FAILED = json("The proxy's own answer where it could not do it.", ERROR);

/**
 * `GET /openapi.json`: the routes that are added from now on, as OpenAPI 3. Schemas tell what there is; what is judged and
 * sent is up to each route. The document is made when it is first asked for.
 */
export function serveOpenapi(app: FastifyInstance): void {
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
}

/** @fastify/swagger reads the routes of a server: of one that listens nowhere. */
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
  // The library takes every body for one that has to be there; here each may be left out.
  const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path as Operations));
  for (const { requestBody } of operations) delete requestBody?.required;
  return document;
}

type Operations = Readonly<Record<string, { readonly requestBody?: { required?: boolean } }>>;
