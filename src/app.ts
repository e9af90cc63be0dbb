import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { Logger } from 'pino';
import { createCallers } from './access/keys-file.ts';
import { limits } from './access/limits.ts';
import { navigation } from './access/navigation.ts';
import { access } from './access/plugin.ts';
import type { Config, ListenerConfig } from './config/config.ts';
import { asProxyError, renderError } from './errors.ts';
import type { Upstream } from './forward/dispatcher.ts';
import { createUpstream } from './forward/dispatcher.ts';
import { forward } from './forward/plugin.ts';
import { isForwarded } from './http/forwarded.ts';
import { ALLOW } from './http/methods.ts';
import { createListenerAnswers, holdContinue } from './listener/answers.ts';
import { connectionLimit } from './listener/connection-limit.ts';
import type { Connections } from './listener/connections.ts';
import { httpVersion } from './listener/http-version.ts';
import { limitPipelines } from './listener/pipelines.ts';
import { pressure } from './listener/pressure.ts';
import { readTemplate } from './policy/catalogue.ts';
import type { CurrentPolicy } from './policy/current.ts';
import { createCurrentPolicy } from './policy/current.ts';
import { policy } from './policy/plugin.ts';
import type { Secrets } from './secrets/secrets.ts';
import { usableToken } from './token/plugin.ts';
import type { TokenStore } from './token/store.ts';
import { loadTracing } from './tracing/load.ts';
import type { ExchangeRecord } from './traffic/record.ts';
import type { Observer } from './traffic/recorder.ts';
import { recorder } from './traffic/recorder.ts';
import type { Replays } from './traffic/replays.ts';
import type { Tracing } from './traffic/tracing.ts';

// Node's interval for detecting slow request heads.
const CHECK_INTERVAL_MS = 5_000;

/** Configuration and effects of a proxy. */
export interface ProxyOptions {
  readonly config: Config;
  readonly token: TokenStore;
  /** Knows every token that the store may return. */
  readonly secrets: Secrets;
  readonly log: Logger;
  /** Memory limit of the container, if it has one. */
  readonly containerBytes?: number | undefined;
}

export interface Recording {
  /** Receives the record of each ended exchange. */
  readonly keep: (record: ExchangeRecord) => void;
  readonly replays: Replays;
  readonly observer: Observer;
  /** Address of the inspector; undefined without an admin listener. */
  readonly inspector: () => string | undefined;
}

export interface Proxy {
  readonly app: FastifyInstance;
  readonly connections: Connections;
  readonly upstream: Upstream;
  readonly policy: CurrentPolicy;
  readonly tracing: Tracing | undefined;
}

/** The proxy, registered in the order of docs/architecture.md. */
export async function createProxy(options: ProxyOptions, recording: Recording): Promise<Proxy> {
  const { config, token, secrets, log, containerBytes } = options;
  const { listener, capture } = config;
  const { origin } = config.upstream;
  const { redact, maskTokens, encodings } = secrets;
  const upstream = createUpstream({ config: config.upstream, maxConnections: listener.maxConnections, token });
  const currentPolicy = createCurrentPolicy(config.policy);
  const tracing = await loadTracing({ origin, redact, readTemplate });
  const clock = { now: () => performance.now(), wallClock: Date.now };
  const { app, answers, connections } = createServer(listener);

  await app.register(recorder, { log, tracing, redact, capture, ...recording, ...clock });
  await app.register(httpVersion);
  await app.register(connectionLimit, answers);
  await app.register(pressure, { ...listener, containerBytes });
  await app.register(access, {
    host: listener.host,
    access: config.access,
    isForwarded: (name) => isForwarded(name, listener.forwardHeaders),
    readCallers: createCallers(config.access, log),
  });
  await app.register(policy, { prefixes: listener.prefixes, policy: currentPolicy });
  await app.register(navigation, { passes: config.access.passNavigations, inspector: recording.inspector, maskTokens });
  // Before the limits: without a token no request reaches MK.IO, so none may count against them.
  await app.register(usableToken, { token });
  await app.register(limits, { ...config.access, redact, log });
  await app.register(forward, { upstream, origin, listener, maskTokens, encodings });
  return { app, connections, upstream, policy: currentPolicy, tracing };
}

/** The HTTP server without steps: its limits, and the answers that it gives before and after them. */
function createServer(listener: ListenerConfig) {
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
    // The router must not decode paths: policy/target.ts judges the bytes as received.
    rewriteUrl: () => '/',
    http: {
      requireHostHeader: false,
      maxHeaderSize: listener.maxHeaderBytes,
      headersTimeout: listener.callerTimeoutMs,
      connectionsCheckingInterval: Math.min(listener.callerTimeoutMs, CHECK_INTERVAL_MS),
    },
    // An upload may take long while its bytes move. Open connections are served while draining.
    requestTimeout: 0,
    return503OnClosing: false,
  });
  limitPipelines(app.server, listener.maxPipelined);
  const connections = answers.watch(app.server);
  holdContinue(app.server);
  app.setErrorHandler((error, request, reply) => {
    const shown = asProxyError(error);
    const rendered = renderError(shown, request.id);
    const { status, headers, body } = rendered;
    request.exchange?.answerByItself(shown, rendered);
    if (headers.connection === 'close') reply.raw.shouldKeepAlive = false;
    return reply.code(status).headers(headers).send(body);
  });
  return { app, answers, connections };
}
