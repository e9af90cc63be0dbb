import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { Logger } from 'pino';
import type { About } from './admin/statusz.ts';
import type { Config } from './config/config.ts';
import { asProxyError, renderError } from './errors.ts';
import type { Upstream } from './forward/dispatcher.ts';
import { createUpstream } from './forward/dispatcher.ts';
import { isForwarded } from './forward/headers.ts';
import { forward } from './forward/plugin.ts';
import type { Connections } from './listener/connections.ts';
import { createListenerAnswers, holdContinue } from './listener/answers.ts';
import { pressure } from './listener/pressure.ts';
import type { CurrentPolicy } from './policy/current.ts';
import { createCurrentPolicy } from './policy/current.ts';
import { createCallers } from './access/keys-file.ts';
import { limits } from './access/limits.ts';
import { ALLOW } from './http/methods.ts';
import { readTemplate } from './policy/catalogue.ts';
import { guard } from './policy/plugin.ts';
import type { TokenStore } from './token/store.ts';
import type { ExchangeRecord } from './traffic/record.ts';
import type { Observer } from './traffic/recorder.ts';
import { recorder } from './traffic/recorder.ts';
import type { Replays } from './traffic/replays.ts';
import type { Secrets } from './secrets/secrets.ts';
import type { Tracing } from './traffic/tracing.ts';
import { loadTracing } from './traffic/tracing.ts';

// How often Node looks for callers that send their request heads too slowly.
const CHECK_INTERVAL_MS = 5_000;

/** The worlds that a proxy lives in; tests bring their own. */
export interface ProxyWorlds {
  readonly config: Config;
  readonly token: TokenStore;
  /** Knows every token that the store may give. */
  readonly secrets: Secrets;
  readonly log: Logger;
  /** Memory that the container may take; absent where nothing bounds it. */
  readonly containerBytes?: number | undefined;
  /** What the operator is told of this process. */
  readonly about?: Pick<About, 'version' | 'settings'>;
}

export interface Recording {
  /** Takes what is captured of each exchange that has ended. */
  readonly keep: (record: ExchangeRecord) => void;
  readonly replays: Replays;
  readonly observer: Observer;
}

export interface Proxy {
  readonly app: FastifyInstance;
  readonly connections: Connections;
  readonly upstream: Upstream;
  readonly policy: CurrentPolicy;
  readonly tracing: Tracing | undefined;
}

/** The whole proxy, in the order in which a request meets it. */
export async function createProxy(worlds: ProxyWorlds, recording: Recording): Promise<Proxy> {
  const { config, token, secrets, log } = worlds;
  const { listener, access, capture } = config;
  const policy = createCurrentPolicy(config.policy);
  const { origin } = config.upstream;
  const { maskTokens, redact, spellings } = secrets;
  const upstream = createUpstream({ config: config.upstream, maxConnections: listener.maxConnections, token });
  const answers = createListenerAnswers({
    record: (refusal) => app.recordEarlyRefusal(refusal),
    maxConnections: listener.maxConnections,
    idOf: (request) => (request && app.findExchange(request)?.id) ?? randomUUID(),
    methods: { headers: ALLOW },
  });

  const app = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    clientErrorHandler: answers.onClientError,
    // The router must neither decode nor judge paths: policy/target.ts does, on the bytes as they came.
    rewriteUrl: () => '/',
    http: {
      requireHostHeader: false,
      maxHeaderSize: listener.maxHeaderBytes,
      headersTimeout: listener.callerTimeoutMs,
      connectionsCheckingInterval: Math.min(listener.callerTimeoutMs, CHECK_INTERVAL_MS),
    },
    // Uploads may take as long as they move; while draining, open connections are still served.
    requestTimeout: 0,
    return503OnClosing: false,
  });
  const connections = answers.watch(app.server);
  holdContinue(app.server);

  app.setErrorHandler((error, request, reply) => {
    const shown = asProxyError(error);
    const rendered = renderError(shown, request.id);
    const { status, headers, body } = rendered;
    request.exchange?.answerByItself(shown, rendered);
    return reply.code(status).headers(headers).send(body);
  });

  const tracing = await loadTracing({ origin, redact, readTemplate });
  await app.register(recorder, {
    log,
    tracing,
    redact,
    capture,
    ...recording,
    now: () => performance.now(),
    wallClock: Date.now,
  });
  app.addHook('onRequest', ({ raw }, _, next) => {
    answers.refuseExcess(raw.socket);
    next();
  });
  await app.register(pressure, { ...listener, containerBytes: worlds.containerBytes });
  await app.register(guard, {
    listener,
    access,
    policy,
    readCallers: createCallers(access, log),
    isForwarded: (name) => isForwarded(name, listener.forwardHeaders),
  });
  // Before the limits: without a token nothing reaches MK.IO, so nothing of what it allows is used up.
  app.addHook('onRequest', (_request, _reply, next) => {
    token.current();
    next();
  });
  await app.register(limits, { ...access, redact, log });
  await app.register(forward, { upstream, origin, listener, maskTokens, spellings });
  return { app, connections, upstream, policy, tracing };
}
