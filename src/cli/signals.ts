import { constants } from 'node:os';
import process from 'node:process';
import type { Logger } from 'pino';

export interface ShutdownWorlds {
  /** Drains and ends everything; tells how many exchanges were cut short. */
  readonly close: () => Promise<{ readonly cut: number }>;
  readonly exit: (code: number) => void;
  readonly log: Logger;
  /** Writes the rest of the log. */
  readonly flush: () => Promise<void>;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

type EndSignal = (typeof SIGNALS)[number];

/**
 * The first signal drains, the second ends at once. The exit code is 0 after a clean drain and 128 + signal number
 * where work was cut short.
 *
 * @returns drains as SIGTERM does, for whom no signal reaches; it counts as none
 */
export function onSignals({ close, exit, log, flush }: ShutdownWorlds): () => void {
  let ending = false;
  let signals = 0;
  const drain = async (signal: EndSignal): Promise<void> => {
    const { cut } = await close();
    log.info({ event: 'stopped', cut }, cut === 0 ? 'stopped' : 'stopped, exchanges were cut short');
    await flush();
    exit(cut === 0 ? 0 : codeOf(signal));
  };
  const end = (signal: EndSignal, by: Readonly<Record<string, string>>): void => {
    if (ending) return;
    ending = true;
    log.info({ event: 'draining', ...by }, 'draining; a second signal ends at once');
    drain(signal).catch((error: unknown) => {
      log.error({ err: error }, 'shutdown failed');
      void flush().then(() => exit(1));
    });
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (++signals > 1) exit(codeOf(signal));
      else end(signal, { signal });
    });
  }
  return () => end('SIGTERM', { request: 'POST /quitquitquit' });
}

/** The exit code of a process that a signal ends. */
export const codeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
