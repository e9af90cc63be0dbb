import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Flags } from '../config/layers.ts';
import type { AdminClient } from './admin-client.ts';
import { createAdminClient } from './admin-client.ts';
import { readTimeout } from './timeout.ts';

interface ShutdownFlags extends Pick<Flags, 'adminHost' | 'adminPort' | 'config'> {
  readonly timeout?: string;
}

const DEFAULT_TIMEOUT = '60s';
const PAUSE_MS = 100;

/** Ends a running proxy and waits for that; resolves to 0, or to 1 where it still drains after the time. */
export async function shutdown({ timeout = DEFAULT_TIMEOUT, ...flags }: ShutdownFlags): Promise<number> {
  const endsAt = performance.now() + readTimeout(timeout);
  const client = createAdminClient(flags);
  await client.ask('/quitquitquit', { method: 'POST' });
  while (await isThere(client)) {
    if (performance.now() >= endsAt) {
      process.stdout.write(`the proxy at ${client.address} still drains\n`);
      return 1;
    }
    await setTimeout(PAUSE_MS);
  }
  process.stdout.write(`the proxy at ${client.address} has ended\n`);
  return 0;
}

const isThere = ({ ask }: AdminClient): Promise<boolean> =>
  ask('/livez').then(
    () => true,
    () => false,
  );
