import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Flags } from '../../config/layers.ts';
import { printable } from '../../text/unseen.ts';
import { askReadiness, requireAdmin } from './healthcheck.ts';
import { readTimeout } from '../timeout.ts';

interface WaitFlags extends Pick<Flags, 'adminHost' | 'adminPort' | 'config'> {
  readonly timeout?: string;
}

const DEFAULT_TIMEOUT = '60s';
const PAUSE_MS = 200;

/** Waits until a proxy is ready. Resolves to exit code 0, or to 1 after the timeout. */
export async function wait({ timeout = DEFAULT_TIMEOUT, ...flags }: WaitFlags): Promise<number> {
  const admin = requireAdmin(flags);
  const endsAt = performance.now() + readTimeout(timeout);
  for (;;) {
    const { exit, text } = await askReadiness(admin);
    if (exit === 0 || performance.now() >= endsAt) {
      process.stdout.write(`${printable(text)}\n`);
      return exit;
    }
    await setTimeout(PAUSE_MS);
  }
}
