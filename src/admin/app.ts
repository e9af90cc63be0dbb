import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { requiresKey } from '../access/keys-file.ts';
import type { AdminConfig, Config, PolicyConfig } from '../config/config.ts';
import { isForwarded } from '../http/forwarded.ts';
import { readAddress, readCallersOrigin, readOrigin, readOwnPlace } from '../listener/address.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { TokenStore } from '../token/store.ts';
import type { Replays } from '../traffic/replays.ts';
import { eventsRoute } from './events.ts';
import { exchangeRoutes } from './exchanges.ts';
import { harRoute } from './export.ts';
import { guard } from './guard.ts';
import { healthRoutes } from './health.ts';
import type { KeptExchanges } from './kept.ts';
import { metricsRoute } from './metrics.ts';
import type { Observations } from './observations.ts';
import { openapiRoute } from './openapi.ts';
import { createOwnListener } from './own-listener.ts';
import { pageRoutes, readPage } from './page.ts';
import { quitRoute } from './quit.ts';
import { decideReadiness } from './readiness.ts';
import { replayRoute } from './replay.ts';
import { createAdminServer } from './http-server.ts';
import { createSession, sessionRoute } from './session.ts';
import { snippetRoute } from './snippet.ts';
import type { About } from './statusz.ts';
import { statuszRoute, viewToken } from './statusz.ts';
import { tokenReloadRoute } from './token-reload.ts';

/** The running proxy, as the operator sees it. */
export interface ShownProxy {
  readonly config: Config;
  readonly token: TokenStore;
  readonly secrets: Pick<Secrets, 'redact'>;
  readonly log: Logger;
  /** The listener for callers, which listens already. */
  readonly app: FastifyInstance;
  readonly policy: { readonly config: () => PolicyConfig };
  readonly upstream: { readonly connections: () => number };
  readonly ring: KeptExchanges['ring'];
  readonly replays: Replays;
  readonly observations: Observations;
  readonly state: ProcessState;
  /** Ends the proxy. */
  readonly quit: () => void;
}

/** Changes while the process runs. */
export interface ProcessState {
  readonly about: About;
  readonly isDraining: boolean;
}

/** The operator's listener. It never calls MK.IO: a replay is a request to the listener for callers. */
export async function createAdminApp(config: AdminConfig, shown: ShownProxy): Promise<FastifyInstance> {
  const { token, log, policy, upstream, ring, replays, observations, state } = shown;
  const { listener, access, capture, upstream: upstreamConfig } = shown.config;
  const { redact } = shown.secrets;
  const { version } = state.about;
  const startedAt = performance.now();
  const address = readAddress(shown.app, listener);
  const origin = readOrigin(shown.app);
  const page = readPage();
  const session = createSession();
  const kept = { capture: capture.mode, maxExchanges: capture.maxExchanges, ring, run: randomBytes(6).toString('hex') };
  const readReadiness = () => decideReadiness({ isDraining: state.isDraining, token: token.status() });
  const reachesUpstream = (name: string): boolean => isForwarded(name, listener.forwardHeaders);
  const needsKey = requiresKey(access);

  const app = createAdminServer({ maxHeaderBytes: listener.maxHeaderBytes, redact, log });
  await app.register(guard, {
    config,
    allowedHosts: access.allowedHosts,
    session,
    pagePaths: new Set(page.keys()),
  });
  await app.register(pageRoutes, { page });
  await app.register(openapiRoute);
  await app.register(healthRoutes, { readReadiness });
  await app.register(statuszRoute, {
    readAbout: () => state.about,
    readReadiness,
    uptimeMs: () => Math.round(performance.now() - startedAt),
    capture: capture.mode,
    token,
    upstreamOrigin: upstreamConfig.origin,
    readPolicy: policy.config,
    readListeners: () => ({ proxy: address, admin: readOrigin(app) }),
    observations,
  });
  await app.register(metricsRoute, {
    observations,
    token: token.status,
    version,
    isReady: () => readReadiness().status !== 'not ready',
    upstreamConnections: upstream.connections,
    now: Date.now,
  });
  await app.register(tokenReloadRoute, { token });
  await app.register(sessionRoute, { session });
  await app.register(quitRoute, { mayQuit: config.mayQuit, quit: shown.quit });
  await app.register(exchangeRoutes, { kept, session });
  await app.register(snippetRoute, {
    kept,
    isForwarded: reachesUpstream,
    destinations: {
      proxy: {
        origin: readCallersOrigin(shown.app),
        bearer: needsKey ? 'MKIO_PROXY_CALLER_KEY' : undefined,
        socketPath: listener.socket?.path,
      },
      upstream: { origin: upstreamConfig.origin, bearer: 'MKIO_TOKEN', socketPath: undefined },
    },
  });
  await app.register(replayRoute, {
    kept,
    session,
    listener: createOwnListener(readOwnPlace(shown.app, listener), replays),
    // On loopback without a caller key, every user of this machine may call the proxy anyway.
    mayReplay: config.key !== undefined || (listener.socket === undefined && !needsKey),
    isForwarded: reachesUpstream,
  });
  await app.register(harRoute, { ring, origin, version });
  await app.register(eventsRoute, {
    kept,
    proxy: origin,
    readStates: () => ({
      token: viewToken(token.status()),
      readiness: readReadiness(),
      upstream: { state: observations.upstream.read().state },
    }),
  });
  return app;
}
