import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { Logger } from 'pino';
import type { AdminConfig } from '../config/config.ts';
import { asProxyError, ProxyError, renderError } from '../errors.ts';
import type { CallerFields } from '../access/access.ts';
import { createAccess, readCallerFields, requireOwnPage } from '../access/access.ts';
import { isLoopback } from '../http/hosts.ts';
import type { ListenerAnswers } from '../listener/answers.ts';
import { hashKey, requireCaller } from '../access/callers.ts';
import { READS } from '../http/methods.ts';
import { readHosts, resolveAddress } from '../http/address.ts';
import type { TokenStore } from '../token/store.ts';
import { renderCause } from '../traffic/cause.ts';
import { serveEvents } from './events.ts';
import { serveExchanges } from './exchanges.ts';
import { serveExport } from './export.ts';
import type { Metrics } from './metrics.ts';
import { METRICS_ROUTE } from './metrics.ts';
import { serveOpenapi } from './openapi.ts';
import { isPlainNavigation, servePage } from './page.ts';
import type { Readiness } from './readiness.ts';
import { decideReadiness, READINESS } from './readiness.ts';
import { serveQuit } from './quit.ts';
import type { Statusz } from './statusz.ts';
import { STATUSZ } from './statusz.ts';
import type { ReplayWorlds } from './replay.ts';
import { serveReplay } from './replay.ts';
import { json, object, oneOf } from './schemas.ts';
import { createSession, SESSION, SESSION_HEADER } from './session.ts';
import type { SnippetWorlds } from './snippet.ts';
import { serveSnippet } from './snippet.ts';
import { RELOAD, reloadToken } from './token-reload.ts';
import { viewToken } from './token-view.ts';
import type { Traffic } from './kept.ts';
import type { UpstreamHealth } from './upstream-health.ts';

export interface AdminWorlds {
  readonly readStatus: (readiness: Readiness) => Statusz;
  readonly readUpstreamState: () => UpstreamHealth['state'];
  readonly createMetrics: (isReady: () => boolean) => Promise<Metrics>;
  readonly config: AdminConfig;
  /** What is answered where there is no request to speak of. */
  readonly answers: Pick<ListenerAnswers, 'onClientError' | 'watch'>;
  readonly maxHeaderBytes: number;
  readonly allowedHosts: readonly string[];
  readonly isDraining: () => boolean;
  readonly token: Pick<TokenStore, 'reload' | 'status'>;
  readonly traffic: Traffic;
  readonly replay: Omit<ReplayWorlds, 'traffic' | 'session'>;
  readonly snippet: Omit<SnippetWorlds, 'traffic'>;
  /** Ends the proxy, as somebody asks for it. */
  readonly quit: () => void;
  readonly redact: (text: string) => string;
  readonly log: Pick<Logger, 'error'>;
}

/** What monitors read: no secret, and no traffic. */
const PROBES = new Set(['/livez', '/readyz']);
const LIVENESS = {
  summary: 'Whether the process lives',
  response: { 200: json('It does.', object({ status: oneOf(['ok']) })) },
};
/** Nothing here is to be kept, guessed, framed or run; what is text of others least of all. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The operator's listener. Nothing on it calls the upstream itself: a replay is a request to the listener for callers. */
export function createAdmin(worlds: AdminWorlds): FastifyInstance {
  const { config, answers, allowedHosts, isDraining, token, traffic, replay, snippet, redact, log } = worlds;
  const sendError = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const shown = isTooLarge(error) ? tooLarge(error) : asProxyError(error);
    if (shown.code === 'INTERNAL')
      log.error({ event: 'admin', id: request.id, cause: renderCause(shown.cause, redact) }, 'a fault of the proxy');
    const { status, headers, body } = renderError(shown, request.id);
    void reply.code(status).headers(headers).send(body);
  };
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    // Errors of the framework quote the path, and come before any hook.
    frameworkErrors: (_, request, reply) => {
      sendError(new ProxyError('TARGET_INVALID', 'The path cannot be read.'), request, reply);
    },
    clientErrorHandler: answers.onClientError,
    // Without a Host, Node would answer in its own words.
    http: { requireHostHeader: false, maxHeaderSize: worlds.maxHeaderBytes },
  });
  answers.watch(app.server);
  const { requireOwnHost, refuseForeignPages } = createAccess({ host: config.host, allowedHosts, allowedOrigins: [] });
  const requireOperator = createOperatorCheck(config);
  const session = createSession();
  const readReadiness = () => decideReadiness({ isDraining: isDraining(), token: token.status() });

  app.setErrorHandler(sendError);
  app.addHook('onRequest', (request, reply, next) => {
    void reply.headers(HEADERS);
    const hosts = readHosts(request.raw.rawHeaders);
    const { authority } = resolveAddress({ url: request.originalUrl, hosts });
    requireOwnHost(authority);
    const route = request.routeOptions.url ?? '';
    // A link may lead to the page, as it holds nothing and can be neither framed nor held.
    if (route === '/' && isPlainNavigation(request.headers)) {
      next();
      return;
    }
    const fields = readCallerFields(request.headers);
    refuseForeignPages(fields);
    const isProbe = PROBES.has(route);
    if (!isProbe || !READS.has(request.method)) requireOwnPage(fields, `http://${authority}`);
    // The page holds no secret, and asks for the key itself.
    if (!isProbe && !page.has(route)) requireOperator(request.headers.authorization);
    if (!READS.has(request.method) && isOfPage(fields)) session.require(request.headers[SESSION_HEADER]);
    next();
  });

  // Where no parser is for it, a body says nothing.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_, body, done) => {
    body.resume();
    done(null);
  });
  app.setNotFoundHandler(() => {
    throw new ProxyError('NOT_FORWARDED', 'The admin listener has nothing at this path.', {
      hint: 'GET /openapi.json tells what it has.',
    });
  });

  const page = servePage(app);
  serveOpenapi(app);
  app.get('/livez', { schema: LIVENESS }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: READINESS }, (_, reply) => {
    const readiness = readReadiness();
    return reply.code(readiness.status === 'not ready' ? 503 : 200).send(readiness);
  });
  app.get('/statusz', { schema: STATUSZ }, () => worlds.readStatus(readReadiness()));
  let metrics: Promise<Metrics> | undefined;
  app.get('/metrics', { schema: METRICS_ROUTE }, async (_, reply) => {
    const { contentType, render } = await (metrics ??= worlds.createMetrics(
      () => readReadiness().status !== 'not ready',
    ));
    return reply.type(contentType).send(await render());
  });
  app.post('/token/reload', { schema: RELOAD }, () => reloadToken(token));
  app.get('/session', { schema: SESSION }, () => ({ header: SESSION_HEADER, value: session.value }));
  serveQuit(app, { mayQuit: config.mayQuit, quit: worlds.quit });
  serveExchanges(app, traffic, session);
  serveSnippet(app, { traffic, ...snippet });
  serveReplay(app, { traffic, session, ...replay });
  serveExport(app, traffic);
  serveEvents(app, traffic, () => ({
    token: viewToken(token.status()),
    readiness: readReadiness(),
    upstream: { state: worlds.readUpstreamState() },
  }));
  return app;
}

/** What a refusal of a method tells. */
export const ADMIN_METHODS = {
  headers: { allow: 'GET, HEAD, POST, DELETE' },
  hint: 'GET /openapi.json of the admin listener tells what it has.',
};

/** Browsers tell of the page with whatever may change something; scripts and hooks tell nothing, and need no session. */
const isOfPage = ({ origin, secFetchSite, referer }: CallerFields): boolean =>
  origin !== undefined || secFetchSite !== undefined || referer !== undefined;

/** Fastify's own error, which names its limit. */
const isTooLarge = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | undefined)?.code === 'FST_ERR_CTP_BODY_TOO_LARGE';

const tooLarge = (cause: unknown): ProxyError =>
  new ProxyError('BODY_TOO_LARGE', 'The body of the request is too large.', { hint: 'Send less.', cause });

/** On loopback, without a key, whoever is on this machine is the operator; beyond it nobody is. */
function createOperatorCheck({ host, key }: AdminConfig): (authorization: string | undefined) => void {
  if (key === undefined && isLoopback(host)) return () => undefined;
  const operators = key === undefined ? [] : [{ name: 'operator', sha256: hashKey(key) }];
  return (authorization) => {
    requireCaller(authorization, operators, ADMIN_HINT);
  };
}

const ADMIN_HINT =
  'Send MKIO_PROXY_ADMIN_KEY in the Authorization header, as a Bearer token; beyond loopback nothing but health goes without.';
