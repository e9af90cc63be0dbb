import { totalmem } from 'node:os';
import process from 'node:process';
import type { Logger } from 'pino';
import type { Flags } from '../../config/layers.ts';
import { createLogger } from '../../log/logging.ts';
import { drainOnSignals, interruptible } from '../signals.ts';
import type { Claims } from '../../token/jwt.ts';
import { startUpkeep } from '../../token/upkeep.ts';
import { onSighup } from '../sighup.ts';
import { registerAtExit } from '../at-exit.ts';
import { hasDotenv, reloadPolicy } from '../policy-reload.ts';
import type { OpenToken } from '../open-token.ts';
import { openToken, withoutToken } from '../open-token.ts';
import { clearEnvironment, loadProcessConfig } from '../process-settings.ts';
import type { ReadyFacts } from '../ready.ts';
import { readTokenFacts, renderBanner } from '../ready.ts';
import { renderAbout } from '../about.ts';
import { readVersion } from '../version.ts';

/** Runs the proxy until a signal. Resolves to the exit code. */
export async function start(flags: Flags): Promise<number> {
  const loaded = loadProcessConfig(flags);
  const { config, warnings, secrets } = loaded;
  const { log, pretty, print, flush, reopenFile } = await createLogger(config.log, {
    isTTY: process.stdout.isTTY,
    mask: secrets.maskTokens,
  });
  registerAtExit({ flush });
  const life = new AbortController();
  const token = await openToken(loaded, { env: clearEnvironment(), log, life }, config.token.wait);
  const { store, source } = token;
  // If the token has expired, fail now rather than on every request.
  if (token.appears === undefined) store.current();

  const worlds = { token: store, secrets, log, about: renderAbout(loaded), containerBytes: readContainerBytes() };
  const proxy = await interruptible(life, async () => {
    // Loaded late, so that invalid settings are reported without loading a web server.
    const { startProxy } = await import('../../server.ts');
    return await startProxy({ config: withoutToken(config), ...worlds });
  });
  const { drainTimeoutMs, prestopDelayMs } = config.listener;
  const endUpkeep = startUpkeep({ store, source, log });
  const reloading = { proxy, hasDotenv: hasDotenv(loaded.settings), redact: secrets.redact, log };
  onSighup(() => {
    reopenFile();
    void store.reload();
    reloadPolicy(flags, reloading);
  });
  const close = async () => {
    const closed = await proxy.close({ drainTimeoutMs, prestopDelayMs });
    endUpkeep();
    // Not earlier, as a running exchange may wait for a new token.
    life.abort();
    return closed;
  };
  const ended = new Promise<number>((exit) => {
    const quit = drainOnSignals({ close, log, flush, exit });
    void proxy.quitAsked.then(quit);
  });

  const places = { address: proxy.address, admin: proxy.admin ?? null, upstream: config.upstream.origin };
  announce(token, places, { log, show: pretty ? print : undefined });
  for (const warning of [...warnings, ...token.warnings]) log.warn({ event: 'setting' }, warning);

  return await ended;
}

/** Without a limit, Node returns 0 or a number above the total memory. */
function readContainerBytes(): number | undefined {
  const bytes = process.constrainedMemory();
  return bytes > 0 && bytes < totalmem() ? bytes : undefined;
}

interface Announcer {
  readonly log: Logger;
  /** Prints on a terminal. */
  readonly show: ((text: string) => void) | undefined;
}

type Places = Pick<ReadyFacts, 'address' | 'admin' | 'upstream'>;

/** Reports the proxy as ready, or as waiting until it has a token. */
function announce({ store, source, claims, appears }: OpenToken, places: Places, { log, show }: Announcer): void {
  // Logged at every level, as scripts wait for these lines.
  const told = log.child({}, { level: 'info' });
  const tellReady = (known: Claims | undefined): void => {
    const ready = { ...places, ...readTokenFacts(source.name, known, Date.now()) };
    if (show === undefined) told.info({ event: 'ready', ...ready }, 'ready');
    else show(renderBanner(ready, readVersion()));
  };
  if (appears === undefined) {
    tellReady(claims);
    return;
  }
  const { failure: reason = 'the token has expired' } = store.status();
  told.info({ event: 'waiting', ...places, reason }, 'listening, but not ready: there is no good token yet');
  void appears.then(tellReady);
}
