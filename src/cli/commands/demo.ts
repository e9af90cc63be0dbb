import process from 'node:process';
import type { Flags } from '../../config/layers.ts';
import { loadFlags } from '../../config/load.ts';
import { ProxyError } from '../../errors.ts';
import { createLogger } from '../../log/logging.ts';
import { drainOnSignals } from '../signals.ts';
import type { ProxyHandle } from '../../server.ts';
import { startProxy } from '../../server.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { createValueSource } from '../../token/sources.ts';
import { createTokenStore } from '../../token/store.ts';
import { createSecrets } from '../../secrets/secrets.ts';
import { printable } from '../../text/unseen.ts';
import { renderAbout } from '../about.ts';
import type { Stop } from '../tour.ts';
import { planTour, renderTour, renderVisit } from '../tour.ts';

interface DemoFlags extends Pick<Flags, 'port' | 'adminPort'> {
  readonly once?: boolean;
}

/** Ignores the operator's environment: the demo must neither use a real token nor reach the real MK.IO. */
export async function demo({ once = false, ...ports }: DemoFlags): Promise<number> {
  const sandbox = await startSandbox();
  try {
    const { log, print, flush } = await createLogger(
      { level: 'warn', format: 'pretty' },
      { isTTY: process.stdout.isTTY },
    );
    const secrets = createSecrets();
    const source = createValueSource(sandbox.token, 'the sandbox', secrets.hold);
    const token = createTokenStore({ source, first: await source.read() });
    const proxy = await startOnFreePort(ports, async (flags) => {
      const { config, settings } = loadFlags({
        baseUrl: sandbox.origin,
        project: sandbox.project,
        capture: 'bodies',
        ...flags,
      });
      return await startProxy({ config, token, secrets, log, about: renderAbout({ settings, secrets }) });
    });
    const close = () => proxy.close({ drainTimeoutMs: 1_000 });
    const tour = planTour(proxy.address, sandbox.project);
    if (once) return await walk(tour).finally(close);

    const ended = new Promise((exit) => {
      drainOnSignals({ close, log, flush, exit });
    });
    print(renderTour(tour, proxy));
    await ended;
    return 0;
  } finally {
    await sandbox.close();
  }
}

/** The default ports, as in the docs. Free ports if these are taken and no flag sets one. */
async function startOnFreePort(ports: Flags, start: (flags: Flags) => Promise<ProxyHandle>): Promise<ProxyHandle> {
  try {
    return await start(ports);
  } catch (error) {
    if (!(error instanceof ProxyError) || error.code !== 'LISTEN_FAILED') throw error;
    return await start({ port: '0', adminPort: '0', ...ports });
  }
}

async function walk(tour: readonly Stop[]): Promise<number> {
  let failed = false;
  for (const stop of tour) {
    const response = await fetch(stop.url, { method: stop.method });
    const body = await response.text();
    process.stdout.write(renderVisit(stop, response.status, body.split('\n').map(printable).join('\n')));
    failed ||= !response.ok;
  }
  return failed ? 1 : 0;
}
