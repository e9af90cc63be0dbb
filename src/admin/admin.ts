import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { AdminConfig } from '../config/config.ts';
import { asProxyError, ProxyError, renderError } from '../errors.ts';
import { createAccess, readCallerFields } from '../policy/access.ts';
import { isLoopback } from '../loopback.ts';
import { hashKey, requireCaller } from '../policy/callers.ts';

export interface AdminWorlds {
  readonly config: AdminConfig;
  readonly allowedHosts: readonly string[];
  /** Why the proxy can't serve just now; empty when it can. */
  readonly readReasons: () => readonly string[];
}

/** What monitors read: no secret, and no traffic. */
const PROBES = new Set(['/livez', '/readyz']);

/** The operator's listener. Nothing on it ever calls the upstream. */
export function createAdmin({ config, allowedHosts, readReasons }: AdminWorlds): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true });
  const { requireOwnHost, refuseForeignPages } = createAccess({ host: config.host, allowedHosts, allowedOrigins: [] });
  const requireOperator = createOperatorCheck(config);

  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = renderError(asProxyError(error), request.id);
    return reply.code(status).headers(headers).send(body);
  });
  app.addHook('onRequest', (request, _, next) => {
    requireOwnHost(request.headers.host ?? '');
    refuseForeignPages(readCallerFields(request.headers));
    if (!PROBES.has(request.routeOptions.url ?? '')) requireOperator(request.headers.authorization);
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

/** On loopback, without a key, whoever is on this machine is the operator; beyond it nobody is. */
function createOperatorCheck({ host, key }: AdminConfig): (authorization: string | undefined) => void {
  if (key === undefined && isLoopback(host)) return () => undefined;
  const operators = key === undefined ? [] : [{ name: 'operator', sha256: hashKey(key) }];
  return (authorization) => {
    requireCaller(authorization, operators, ADMIN_HINT);
  };
}

const ADMIN_HINT =
  'Send MKIO_PROXY_ADMIN_KEY as `Authorization: Bearer <key>`; beyond loopback nothing but health goes without.';
