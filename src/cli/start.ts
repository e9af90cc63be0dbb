import process from 'node:process';
import type { Flags } from '../config/layers.ts';
import { createLogger } from '../ops/logging.ts';
import { onSignals } from '../ops/shutdown.ts';
import { startProxy } from '../server.ts';
import { startUpkeep } from '../token/upkeep.ts';
import { onHangUp } from './hang-up.ts';
import { prepareParting } from './parting.ts';
import { reloadPolicy } from './policy-reload.ts';
import { loadProcessConfig, openToken, withoutToken } from './process-settings.ts';
import { readTokenFacts, renderBanner } from './ready.ts';
import { renderAbout } from './about.ts';
import { readVersion } from './version.ts';

/** Serves until a signal; resolves to the exit code. */
export async function start(flags: Flags): Promise<number> {
  const loaded = loadProcessConfig(flags);
  const { config, warnings, secrets } = loaded;
  const { log, pretty, print, flush } = await createLogger(config.log, {
    isTTY: process.stdout.isTTY,
    mask: secrets.maskTokens,
  });
  prepareParting({ flush });
  const life = new AbortController();
  const { store, source, claims, warnings: tokenWarnings } = await openToken(loaded, { log, life });
  // A token that has expired ends the start, rather than every request.
  store.current();

  const proxy = await startProxy({
    config: withoutToken(config),
    token: store,
    secrets,
    log,
    about: renderAbout(loaded),
  });
  const { drainTimeoutMs, prestopDelayMs } = config.listener;
  const endUpkeep = startUpkeep({ store, source, log });
  onHangUp(() => {
    void store.reload();
    reloadPolicy(flags, { proxy, redact: secrets.redact, log });
  });
  const close = async () => {
    const closed = await proxy.close({ drainTimeoutMs, prestopDelayMs });
    endUpkeep();
    // Until then a running exchange may wait for another token.
    life.abort();
    return closed;
  };
  const ended = new Promise<number>((exit) => {
    const quit = onSignals({ close, log, flush, exit });
    void proxy.quitAsked.then(quit);
  });

  const ready = {
    address: proxy.address,
    admin: proxy.admin ?? null,
    upstream: config.upstream.origin,
    ...readTokenFacts(source.name, claims, Date.now()),
  };
  if (pretty) print(renderBanner(ready, readVersion()));
  // Whoever waits for it waits at every level.
  else log.child({}, { level: 'info' }).info({ event: 'ready', ...ready }, 'ready');
  for (const warning of [...warnings, ...tokenWarnings]) log.warn({ event: 'setting' }, warning);

  return await ended;
}
