import { rmSync } from 'node:fs';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createAdminApp } from './admin/app.ts';
import type { Observations } from './admin/observations.ts';
import { createObservations } from './admin/observations.ts';
import type { About } from './admin/statusz.ts';
import type { Proxy, ProxyOptions } from './app.ts';
import { createProxy } from './app.ts';
import type { Config, PolicyConfig } from './config/config.ts';
import { readFailure } from './forward/failures.ts';
import { listen } from './listener/address.ts';
import { REVOKED_PATH } from './mkio/published.ts';
import { watchRevocations } from './token/revocation.ts';
import { decodeFacts, decodeRecord, encodeRecord } from './traffic/record-text.ts';
import { createReplays } from './traffic/replays.ts';
import { createRing } from './traffic/ring.ts';
import { isOfStranger, STRANGERS } from './traffic/strangers.ts';

export interface ProxyHandle {
  /** The proxy's address for callers: `http://127.0.0.1:6546`, or `unix:` and a path. */
  readonly address: string;
  readonly admin: string | undefined;
  /** Resolves when an operator asks the admin listener to end the proxy. */
  readonly quitAsked: Promise<void>;
  /** The policy in force. */
  readonly policy: () => PolicyConfig;
  /** Applies to requests from now on; `/statusz` shows these settings. */
  readonly replacePolicy: (policy: PolicyConfig, settings: About['settings']) => void;
  /**
   * Reports "not ready" and serves for `prestopDelayMs` more. Then it accepts no connection, lets exchanges finish until the
   * limit, and returns how many it cut off.
   */
  readonly close: (options: CloseOptions) => Promise<{ readonly cut: number }>;
}

export interface CloseOptions {
  readonly drainTimeoutMs: number;
  readonly prestopDelayMs?: number;
}

export interface ServerOptions extends ProxyOptions {
  readonly about?: Pick<About, 'version' | 'settings'>;
}

/**
 * Starts the proxy and, if configured, the admin listener.
 *
 * @throws ProxyError LISTEN_FAILED
 */
export async function startProxy(options: ServerOptions): Promise<ProxyHandle> {
  const { config, token, log } = options;
  const { listener, admin: adminConfig, capture } = config;
  const { maxExchanges: maxCount, maxBytes } = capture;
  const text = { encode: encodeRecord, decode: decodeRecord, decodeHead: decodeFacts };
  const ring = createRing({ maxCount, maxBytes, ...text, aside: { ...STRANGERS, accepts: isOfStranger } });
  const replays = createReplays();
  const observations = createObservations(Date.now);
  const about: About = { version: 'unknown', settings: {}, ...options.about, startedAt: new Date().toISOString() };
  const state = { about, isDraining: false };
  let admin: string | undefined;
  let quit = (): void => undefined;
  const quitAsked = new Promise<void>((resolve) => (quit = resolve));

  const recording = { keep: ring.push, replays, observer: observations, inspector: () => admin };
  const proxy = await createProxy({ ...options, config: withoutUnseen(config) }, recording);
  const open: Open = { proxy };
  try {
    const address = await listen(proxy.app, listener);
    open.socketPath = listener.socket?.path;
    if (adminConfig !== undefined) {
      const shown = { ...options, ...proxy, ring, replays, observations, state, quit };
      open.admin = await createAdminApp(adminConfig, shown);
      admin = await listen(open.admin, adminConfig);
    }
    const everyMs = config.token.revocationCheckMs;
    if (everyMs !== undefined) {
      const readList = () => readRevocations(proxy, observations);
      open.endRevocations = watchRevocations({ token, readList, everyMs, log });
    }
    return {
      address,
      admin,
      quitAsked,
      policy: proxy.policy.config,
      replacePolicy: (policy, settings) => {
        proxy.policy.replace(policy);
        state.about = { ...state.about, settings: { ...state.about.settings, ...settings } };
      },
      close: async ({ drainTimeoutMs, prestopDelayMs = 0 }) => {
        state.isDraining = true;
        if (prestopDelayMs > 0) await delay(prestopDelayMs);
        return { cut: await close(open, drainTimeoutMs) };
      },
    };
  } catch (error) {
    await close(open, 0);
    throw error;
  }
}

/** Running parts in closing order. The admin listener closes last, because it shows the drain. */
interface Open {
  endRevocations?: () => void;
  socketPath?: string | undefined;
  readonly proxy: Proxy;
  admin?: FastifyInstance;
}

/** @returns how many exchanges were cut off */
async function close({ endRevocations, socketPath, proxy, admin }: Open, drainTimeoutMs: number): Promise<number> {
  endRevocations?.();
  // Before the drain: by its end, the next process may listen on this path.
  if (socketPath !== undefined) rmSync(socketPath, { force: true });
  const cut = await drain(proxy, drainTimeoutMs);
  await proxy.tracing?.flush();
  await admin?.close();
  return cut;
}

/** Without an admin listener, nothing can show captured exchanges. */
const withoutUnseen = (config: Config): Config =>
  config.admin === undefined ? { ...config, capture: { ...config.capture, mode: 'off' } } : config;

/** MK.IO's list of revoked tokens. The outcome counts as a sign of MK.IO's health. */
async function readRevocations({ upstream }: Proxy, observations: Observations): Promise<string> {
  try {
    const { status, text } = await upstream.readPublic(REVOKED_PATH);
    observations.upstream.note({ answeredBy: 'upstream', status, code: undefined });
    return text;
  } catch (error) {
    const { code } = readFailure(error as Error);
    observations.upstream.note({ answeredBy: 'failure', status: undefined, code });
    throw error;
  }
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
  // Exchanges that were cut off are recorded a moment later.
  while (connections.running() > 0) await setImmediate();
  return cut;
}
