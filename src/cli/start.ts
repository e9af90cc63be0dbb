import process from 'node:process';
import type { Flags } from '../config/layers.ts';
import { createLogger } from '../ops/logging.ts';
import { onSignals } from '../ops/shutdown.ts';
import { startProxy } from '../server.ts';
import { readClaims } from '../token/jwt.ts';
import { createTokenStore } from '../token/store.ts';
import { createTokenMask } from '../traffic/redact.ts';
import { createSpellings } from '../traffic/spellings.ts';
import { prepareParting } from './parting.ts';
import { loadProcessConfig, takeToken, withoutToken } from './process-settings.ts';
import { readTokenFacts, renderBanner } from './ready.ts';
import { readVersion } from './version.ts';

/** Serves until a signal; resolves to the exit code. */
export async function start(flags: Flags): Promise<number> {
  const loaded = loadProcessConfig(flags);
  const { config, warnings } = loaded;
  const { token, source, warnings: tokenWarnings } = takeToken(loaded);
  const store = createTokenStore(token);
  // A token that has expired ends the start, rather than every request.
  store.current();

  const mask = createTokenMask(createSpellings(store.held));
  const { log, pretty, print, flush } = await createLogger(config.log, { isTTY: process.stdout.isTTY, mask });
  prepareParting({ secrets: store.held, flush });
  const proxy = await startProxy({ config: withoutToken(config), token: store, log });
  const { drainTimeoutMs } = config.listener;
  const ended = new Promise<number>((exit) => {
    onSignals({ close: () => proxy.close({ drainTimeoutMs }), log, flush, exit });
  });

  const ready = {
    address: proxy.address,
    admin: proxy.admin ?? null,
    upstream: config.upstream.origin,
    ...readTokenFacts(source, readClaims(token), Date.now()),
  };
  if (pretty) print(renderBanner(ready, readVersion()));
  // Whoever waits for it waits at every level.
  else log.child({}, { level: 'info' }).info({ event: 'ready', ...ready }, 'ready');
  for (const warning of [...warnings, ...tokenWarnings]) log.warn({ event: 'setting' }, warning);

  return await ended;
}
