import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { AdminConfig } from '../config/config.ts';
import { asProxyError, ProxyError, renderError } from '../errors.ts';
import { readCallerFields, refuseForeignPages, requireOwnHost } from '../policy/access.ts';

export interface AdminWorlds {
  readonly config: AdminConfig;
  /** Why the proxy can't serve just now; empty when it can. */
  readonly readReasons: () => readonly string[];
}

/** The operator's listener. Nothing on it ever calls the upstream. */
export function createAdmin({ config, readReasons }: AdminWorlds): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true });

  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = renderError(asProxyError(error), request.id);
    return reply.code(status).headers(headers).send(body);
  });
  app.addHook('onRequest', (request, _, next) => {
    requireOwnHost(request.headers.host ?? '', config.host);
    refuseForeignPages(readCallerFields(request.headers));
    next();
  });

  app.setNotFoundHandler(() => {
    throw new ProxyError('NOT_FORWARDED', 'The admin listener has nothing at this path.', {
      hint: 'It has /livez and /readyz.',
    });
  });

  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', (_, reply) => {
    const reasons = readReasons();
    return reply
      .code(reasons.length === 0 ? 200 : 503)
      .send({ status: reasons.length === 0 ? 'ok' : 'not ready', reasons });
  });
  return app;
}
