import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { Logger } from 'pino';
import type { AdminConfig } from '../config/config.ts';
import { asProxyError, ProxyError, renderError } from '../errors.ts';
import { createAccess, readCallerFields, requireOwnPage } from '../policy/access.ts';
import { isLoopback } from '../loopback.ts';
import { hashKey, requireCaller } from '../policy/callers.ts';
import { READS } from '../policy/methods.ts';
import { readHosts, resolveAddress } from '../policy/target.ts';
import type { TokenStore } from '../token/store.ts';
import { decideReadiness } from './readiness.ts';
import { reloadToken } from './token-reload.ts';

export interface AdminWorlds {
  readonly config: AdminConfig;
  readonly allowedHosts: readonly string[];
  readonly isDraining: () => boolean;
  readonly token: Pick<TokenStore, 'reload' | 'status'>;
  readonly log: Pick<Logger, 'error'>;
}

/** What monitors read: no secret, and no traffic. */
const PROBES = new Set(['/livez', '/readyz']);

/** The operator's listener. Nothing on it ever calls the upstream. */
export function createAdmin({ config, allowedHosts, isDraining, token, log }: AdminWorlds): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true, genReqId: () => randomUUID() });
  const { requireOwnHost, refuseForeignPages } = createAccess({ host: config.host, allowedHosts, allowedOrigins: [] });
  const requireOperator = createOperatorCheck(config);

  app.setErrorHandler((error, request, reply) => {
    const shown = asProxyError(error);
    if (shown.code === 'INTERNAL')
      log.error({ event: 'admin', id: request.id, err: shown.cause }, 'a fault of the proxy');
    const { status, headers, body } = renderError(shown, request.id);
    return reply.code(status).headers(headers).send(body);
  });
  app.addHook('onRequest', (request, _, next) => {
    const hosts = readHosts(request.raw.rawHeaders);
    const { authority } = resolveAddress({ url: request.originalUrl, hosts });
    requireOwnHost(authority);
    const fields = readCallerFields(request.headers);
    refuseForeignPages(fields);
    if (!READS.has(request.method)) requireOwnPage(fields, `http://${authority}`);
    if (!PROBES.has(request.routeOptions.url ?? '')) requireOperator(request.headers.authorization);
    next();
  });

  // No request here has a body that says anything.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_, body, done) => {
    body.resume();
    done(null);
  });
  app.setNotFoundHandler(() => {
    throw new ProxyError('NOT_FORWARDED', 'The admin listener has nothing at this path.', {
      hint: 'It has /livez, /readyz and POST /token/reload.',
    });
  });

  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', (_, reply) => {
    const readiness = decideReadiness({ isDraining: isDraining(), token: token.status() });
    return reply.code(readiness.status === 'not ready' ? 503 : 200).send(readiness);
  });
  app.post('/token/reload', () => reloadToken(token));
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
