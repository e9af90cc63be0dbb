import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createAdmin } from './admin/admin.ts';
import type { Proxy, ProxyWorlds } from './app.ts';
import { createProxy } from './app.ts';
import { ProxyError } from './errors.ts';

export interface ProxyHandle {
  /** Where callers reach the proxy, e.g. `http://127.0.0.1:6546`. */
  readonly address: string;
  readonly admin: string | undefined;
  /** Stops accepting, lets running exchanges finish, cuts what is left after the limit, and tells how many those were. */
  readonly close: (options: { readonly drainTimeoutMs: number }) => Promise<{ readonly cut: number }>;
}

/**
 * Listens with the proxy and, where configured, the admin listener.
 *
 * @throws ProxyError LISTEN_FAILED
 */
export async function startProxy(worlds: ProxyWorlds): Promise<ProxyHandle> {
  const { listener, admin: adminConfig } = worlds.config;
  const proxy = await createProxy(worlds);
  let draining = false;
  const admin =
    adminConfig && createAdmin({ config: adminConfig, readReasons: () => (draining ? ['the proxy is draining'] : []) });

  try {
    return {
      address: await listen(proxy.app, listener),
      admin: admin && (await listen(admin, adminConfig)),
      close: async ({ drainTimeoutMs }) => {
        draining = true;
        const cut = await drain(proxy, drainTimeoutMs);
        await admin?.close();
        return { cut };
      },
    };
  } catch (error) {
    await Promise.all([proxy.app.close(), admin?.close()]);
    throw error;
  }
}

async function listen(app: FastifyInstance, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new ProxyError('LISTEN_FAILED', `Can't listen on ${host} port ${port}: ${reason}.`, { cause: error });
  }
  const bound = app.server.address() as AddressInfo;
  return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
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
