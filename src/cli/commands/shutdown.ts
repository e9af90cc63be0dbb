import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Flags } from '../../config/layers.ts';
import type { AdminClient } from '../admin-client.ts';
import { createAdminClient, noProxy } from '../admin-client.ts';
import { readTimeout } from '../timeout.ts';

interface ShutdownFlags extends Pick<Flags, 'adminHost' | 'adminPort' | 'config'> {
  readonly timeout?: string;
}

const DEFAULT_TIMEOUT = '60s';
const PAUSE_MS = 100;
/** Limits the wait for a proxy that hangs. */
const ANSWER_LIMIT_MS = 2_000;

/** Shuts a running proxy down and waits. Resolves to exit code 0, or to 1 if it still drains after the timeout. */
export async function shutdown({ timeout = DEFAULT_TIMEOUT, ...flags }: ShutdownFlags): Promise<number> {
  const timeoutMs = readTimeout(timeout);
  const endsAt = performance.now() + timeoutMs;
  const client = createAdminClient(flags);
  const signal = AbortSignal.timeout(Math.max(timeoutMs, ANSWER_LIMIT_MS));
  const answer = await client.ask('/quitquitquit', { method: 'POST', signal });
  if (!(await answer.text()).startsWith('{"status":"draining"')) throw noProxy(client.address);
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

function isThere({ ask }: AdminClient): Promise<boolean> {
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  return ask('/livez', { signal }).then(
    () => true,
    () => signal.aborted,
  );
}
