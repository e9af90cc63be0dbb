import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ADMIN_METHODS, createAdmin } from './admin/admin.ts';
import type { Place as OwnPlace } from './admin/own-listener.ts';
import { createMetrics } from './admin/metrics.ts';
import { createOwnListener } from './admin/own-listener.ts';
import type { About } from './admin/statusz.ts';
import { renderStatusz } from './admin/statusz.ts';
import type { Proxy, ProxyWorlds } from './app.ts';
import { createProxy } from './app.ts';
import type { AccessConfig, Config, PolicyConfig, SocketConfig } from './config/config.ts';
import { ProxyError, readReason } from './errors.ts';
import { readFailure } from './forward/failures.ts';
import { isForwarded } from './forward/headers.ts';
import { isWildcard } from './loopback.ts';
import { createListenerAnswers } from './ops/listener.ts';
import { listenOnSocket } from './ops/socket.ts';
import { REVOKED_PATH, watchRevocations } from './token/revocation.ts';
import { decodeFacts, decodeRecord, encodeRecord } from './traffic/record-text.ts';
import { createObservations } from './admin/observations.ts';
import { createReplays } from './traffic/replays.ts';
import { createRing } from './traffic/ring.ts';

export interface ProxyHandle {
  /** Where callers reach the proxy: `http://127.0.0.1:6546`, or `unix:` and a path. */
  readonly address: string;
  readonly admin: string | undefined;
  /** Resolves when the admin listener is asked to end the proxy. */
  readonly quitAsked: Promise<void>;
  /** What callers may do just now. */
  readonly policy: () => PolicyConfig;
  /** Judges requests by another policy from now on; `/statusz` tells the settings that brought it. */
  readonly replacePolicy: (policy: PolicyConfig, settings: About['settings']) => void;
  /**
   * Is not ready from now on, and still serves for `prestopDelayMs`. Then it stops accepting, lets running exchanges finish,
   * cuts what is left after the limit, and tells how many those were.
   */
  readonly close: (options: CloseOptions) => Promise<{ readonly cut: number }>;
}

export interface CloseOptions {
  readonly drainTimeoutMs: number;
  readonly prestopDelayMs?: number;
}

/**
 * Listens with the proxy and, where configured, the admin listener.
 *
 * @throws ProxyError LISTEN_FAILED
 */
export async function startProxy(worlds: ProxyWorlds): Promise<ProxyHandle> {
  const { token } = worlds;
  const { listener, access, admin: adminConfig } = worlds.config;
  const { capture } = worlds.config;
  const { maxExchanges: maxCount, maxBytes } = capture;
  const ring = createRing({ maxCount, maxBytes, encode: encodeRecord, decode: decodeRecord, decodeHead: decodeFacts });
  const replays = createReplays();
  const observations = createObservations(Date.now);
  const startedAt = performance.now();
  let about = { version: 'unknown', settings: {}, ...worlds.about, startedAt: new Date().toISOString() };
  const proxy = await createProxy(
    { ...worlds, config: withoutUnseen(worlds.config) },
    {
      keep: ring.push,
      replays,
      observer: observations,
    },
  );
  const travels = (name: string): boolean => isForwarded(name, listener.forwardHeaders);
  let quit = (): void => undefined;
  const quitAsked = new Promise<void>((resolve) => (quit = resolve));
  let draining = false;
  let adminAddress: string | undefined;
  const admin =
    adminConfig &&
    createAdmin({
      config: adminConfig,
      answers: createListenerAnswers({
        // Exchanges are those of callers.
        record: () => undefined,
        maxConnections: Infinity,
        createId: randomUUID,
        methods: ADMIN_METHODS,
      }),
      maxHeaderBytes: listener.maxHeaderBytes,
      allowedHosts: access.allowedHosts,
      isDraining: () => draining,
      token,
      quit,
      readStatus: (readiness) =>
        renderStatusz({
          about,
          readiness,
          capture: capture.mode,
          token: token.status(),
          upstreamOrigin: worlds.config.upstream.origin,
          policy: proxy.policy.config(),
          listeners: { proxy: readAddress(proxy.app, listener), admin: adminAddress ?? 'off' },
          observations,
          uptimeMs: Math.round(performance.now() - startedAt),
        }),
      readUpstreamState: () => observations.upstream.read().state,
      createMetrics: (isReady) =>
        createMetrics({
          observations,
          token: token.status,
          version: about.version,
          isReady,
          upstreamConnections: proxy.upstream.connections,
          now: Date.now,
        }),
      replay: {
        listener: createOwnListener(() => readOwnPlace(proxy.app, listener), replays),
        mayReplay: adminConfig.key !== undefined || isOpenHere(worlds.config),
        isForwarded: travels,
      },
      snippet: {
        readProxy: () => ({
          origin: readCallersOrigin(proxy.app),
          bearer: asksForKey(access) ? 'MKIO_PROXY_CALLER_KEY' : undefined,
          socketPath: listener.socket?.path,
        }),
        upstream: { origin: worlds.config.upstream.origin, bearer: 'MKIO_TOKEN', socketPath: undefined },
        isForwarded: travels,
      },
      redact: worlds.secrets.redact,
      log: worlds.log,
      traffic: {
        capture: capture.mode,
        ring,
        maxExchanges: maxCount,
        run: randomBytes(6).toString('hex'),
        readOrigin: () => readOrigin(proxy.app),
        version: about.version,
      },
    });
  const { revocationCheckMs } = worlds.config.token;
  const endRevocations =
    revocationCheckMs === undefined
      ? undefined
      : watchRevocations({
          token,
          readList: async () => {
            try {
              const { status, text } = await proxy.upstream.readPublic(REVOKED_PATH);
              observations.upstream.note({ answeredBy: 'upstream', status, code: undefined });
              return text;
            } catch (error) {
              const { code } = readFailure(error as Error);
              observations.upstream.note({ answeredBy: 'failure', status: undefined, code });
              throw error;
            }
          },
          everyMs: revocationCheckMs,
          log: worlds.log,
        });

  try {
    return {
      address: await listen(proxy.app, listener),
      admin: (adminAddress = admin && (await listen(admin, adminConfig))),
      quitAsked,
      policy: proxy.policy.config,
      replacePolicy: (policy, settings) => {
        proxy.policy.replace(policy);
        about = { ...about, settings: { ...about.settings, ...settings } };
      },
      close: async ({ drainTimeoutMs, prestopDelayMs = 0 }) => {
        draining = true;
        if (prestopDelayMs > 0) await delay(prestopDelayMs);
        endRevocations?.();
        // Before the drain: by its end, the next process may listen there.
        if (listener.socket !== undefined) rmSync(listener.socket.path, { force: true });
        const cut = await drain(proxy, drainTimeoutMs);
        await proxy.tracing?.flush();
        await admin?.close();
        return { cut };
      },
    };
  } catch (error) {
    endRevocations?.();
    await Promise.all([proxy.app.close(), admin?.close()]);
    throw error;
  }
}

/** What nobody can look at is not captured. */
const withoutUnseen = (config: Config): Config =>
  config.admin === undefined ? { ...config, capture: { ...config.capture, mode: 'off' } } : config;

/** Whether whoever is on this machine may call. */
const isOpenHere = ({ listener, access }: Config): boolean => listener.socket === undefined && !asksForKey(access);

const asksForKey = ({ callerKey, callerKeysFile }: AccessConfig): boolean =>
  callerKey !== undefined || callerKeysFile !== undefined;

/** Where this process reaches its listener for callers. */
function readOwnPlace({ server }: FastifyInstance, { socket }: Config['listener']): OwnPlace {
  if (socket !== undefined) return { socketPath: socket.path };
  const { address, family, port } = server.address() as AddressInfo;
  const host = isWildcard(address) ? (family === 'IPv6' ? '::1' : '127.0.0.1') : address;
  return { host, port };
}

async function listen(app: FastifyInstance, { host, port, socket }: Place): Promise<string> {
  const place = socket?.path ?? `${host} port ${port}`;
  try {
    if (socket === undefined) await app.listen({ host, port });
    else await listenOnSocket(socket, (path) => app.listen({ path }));
  } catch (error) {
    if (error instanceof ProxyError) throw error;
    throw new ProxyError('LISTEN_FAILED', `Can't listen on ${place}: ${readReason(error)}.`, { cause: error });
  }
  return readAddress(app, { socket });
}

const readAddress = (app: FastifyInstance, { socket }: Pick<Place, 'socket'>): string =>
  socket === undefined ? readOrigin(app) : `unix:${socket.path}`;

/** On a Unix socket, whatever host a caller names. */
function readOrigin({ server }: FastifyInstance): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return 'http://localhost';
  return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

/** By a name that the proxy takes for its own, also where it listens on every interface. */
function readCallersOrigin(app: FastifyInstance): string {
  const { protocol, hostname, port } = new URL(readOrigin(app));
  return isWildcard(hostname) ? `${protocol}//localhost:${port}` : readOrigin(app);
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly socket?: SocketConfig | undefined;
}

async function drain({ app, connections }: Proxy, limitMs: number): Promise<number> {
  let cut = 0;
  const deadline = setTimeout(() => {
    cut = connections.running();
    connections.cut();
  }, limitMs);
  connections.drain();
  await app.close();
  clearTimeout(deadline);
  // What was cut has yet to be recorded.
  while (connections.running() > 0) await setImmediate();
  return cut;
}
