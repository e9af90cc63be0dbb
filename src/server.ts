import { rmSync } from 'node:fs';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { createAdminApp } from './admin-app.ts';
import type { Observations } from './admin/observations.ts';
import { createObservations } from './admin/observations.ts';
import type { About } from './admin/statusz.ts';
import type { Proxy, ProxyWorlds } from './app.ts';
import { createProxy } from './app.ts';
import type { Config, PolicyConfig } from './config/config.ts';
import { readFailure } from './forward/failures.ts';
import { listen } from './listener/address.ts';
import { REVOKED_PATH } from './mkio/published.ts';
import { watchRevocations } from './token/revocation.ts';
import { decodeFacts, decodeRecord, encodeRecord } from './traffic/record-text.ts';
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

export interface ServerWorlds extends ProxyWorlds {
  readonly about?: Pick<About, 'version' | 'settings'>;
}

/**
 * Listens with the proxy and, where configured, the admin listener.
 *
 * @throws ProxyError LISTEN_FAILED
 */
export async function startProxy(worlds: ServerWorlds): Promise<ProxyHandle> {
  const { listener, admin: adminConfig, capture, token } = worlds.config;
  const { maxExchanges: maxCount, maxBytes } = capture;
  const ring = createRing({ maxCount, maxBytes, encode: encodeRecord, decode: decodeRecord, decodeHead: decodeFacts });
  const replays = createReplays();
  const observations = createObservations(Date.now);
  const recording = { keep: ring.push, replays, observer: observations };
  const proxy = await createProxy({ ...worlds, config: withoutUnseen(worlds.config) }, recording);

  let about: About = { version: 'unknown', settings: {}, ...worlds.about, startedAt: new Date().toISOString() };
  let draining = false;
  let adminAddress: string | undefined;
  let quit = (): void => undefined;
  const quitAsked = new Promise<void>((resolve) => (quit = resolve));
  const admin =
    adminConfig &&
    createAdminApp(adminConfig, {
      worlds,
      proxy,
      ring,
      replays,
      observations,
      readAbout: () => about,
      readAddress: () => adminAddress,
      isDraining: () => draining,
      quit,
    });
  const endRevocations =
    token.revocationCheckMs === undefined
      ? undefined
      : watchRevocations({
          token: worlds.token,
          readList: () => readRevocations(proxy, observations),
          everyMs: token.revocationCheckMs,
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

/** MK.IO's list of revoked tokens. That it was asked for tells of MK.IO's health too. */
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
  // What was cut has yet to be recorded.
  while (connections.running() > 0) await setImmediate();
  return cut;
}
