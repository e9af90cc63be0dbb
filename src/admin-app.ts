import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ADMIN_METHODS, createAdmin } from './admin/admin.ts';
import { createMetrics } from './admin/metrics.ts';
import type { Observations } from './admin/observations.ts';
import { createOwnListener } from './admin/own-listener.ts';
import type { About } from './admin/statusz.ts';
import { renderStatusz } from './admin/statusz.ts';
import type { Traffic } from './admin/kept.ts';
import type { Proxy, ProxyWorlds } from './app.ts';
import type { AccessConfig, AdminConfig, Config } from './config/config.ts';
import { isForwarded } from './http/forwarded.ts';
import { readAddress, readCallersOrigin, readOrigin, readOwnPlace } from './listener/address.ts';
import { createListenerAnswers } from './listener/answers.ts';
import type { Replays } from './traffic/replays.ts';

/** What the operator is shown: the proxy, and what is known of its exchanges. */
export interface Shown {
  readonly worlds: ProxyWorlds;
  readonly proxy: Proxy;
  readonly ring: Traffic['ring'];
  readonly replays: Replays;
  readonly observations: Observations;
  readonly readAbout: () => About;
  /** Where the admin listener is; undefined before it listens. */
  readonly readAddress: () => string | undefined;
  readonly isDraining: () => boolean;
  /** Ends the proxy, as somebody asks for it. */
  readonly quit: () => void;
}

/** The operator's listener for this proxy. */
export function createAdminApp(config: AdminConfig, shown: Shown): FastifyInstance {
  const { worlds, proxy, ring, replays, observations, isDraining, quit, readAbout } = shown;
  const { token, secrets, log } = worlds;
  const { listener, access, capture, upstream } = worlds.config;
  const startedAt = performance.now();
  const { version } = readAbout();
  const travels = (name: string): boolean => isForwarded(name, listener.forwardHeaders);
  return createAdmin({
    config,
    answers: createListenerAnswers({
      // Exchanges are those of callers.
      record: () => undefined,
      maxConnections: Infinity,
      idOf: () => randomUUID(),
      methods: ADMIN_METHODS,
    }),
    maxHeaderBytes: listener.maxHeaderBytes,
    allowedHosts: access.allowedHosts,
    isDraining,
    token,
    quit,
    readStatus: (readiness) =>
      renderStatusz({
        about: readAbout(),
        readiness,
        capture: capture.mode,
        token: token.status(),
        upstreamOrigin: upstream.origin,
        policy: proxy.policy.config(),
        listeners: { proxy: readAddress(proxy.app, listener), admin: shown.readAddress() ?? 'off' },
        observations,
        uptimeMs: Math.round(performance.now() - startedAt),
      }),
    readUpstreamState: () => observations.upstream.read().state,
    createMetrics: (isReady) =>
      createMetrics({
        observations,
        token: token.status,
        version,
        isReady,
        upstreamConnections: proxy.upstream.connections,
        now: Date.now,
      }),
    replay: {
      listener: createOwnListener(() => readOwnPlace(proxy.app, listener), replays),
      mayReplay: config.key !== undefined || isOpenHere(worlds.config),
      isForwarded: travels,
    },
    snippet: {
      readProxy: () => ({
        origin: readCallersOrigin(proxy.app),
        bearer: asksForKey(access) ? 'MKIO_PROXY_CALLER_KEY' : undefined,
        socketPath: listener.socket?.path,
      }),
      upstream: { origin: upstream.origin, bearer: 'MKIO_TOKEN', socketPath: undefined },
      isForwarded: travels,
    },
    redact: secrets.redact,
    log,
    traffic: {
      capture: capture.mode,
      ring,
      maxExchanges: capture.maxExchanges,
      run: randomBytes(6).toString('hex'),
      readOrigin: () => readOrigin(proxy.app),
      version,
    },
  });
}

/** Whether whoever is on this machine may call. */
const isOpenHere = ({ listener, access }: Config): boolean => listener.socket === undefined && !asksForKey(access);

const asksForKey = ({ callerKey, callerKeysFile }: AccessConfig): boolean =>
  callerKey !== undefined || callerKeysFile !== undefined;
