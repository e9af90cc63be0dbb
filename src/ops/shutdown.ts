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

/**
 * The first signal drains, the second ends at once. The exit code is 0 after a clean drain and 128 + signal number
 * where work was cut short.
 */
export function onSignals({ close, exit, log, flush }: ShutdownWorlds): void {
  let closing = false;
  const end = async (signal: (typeof SIGNALS)[number]): Promise<void> => {
    const signalled = 128 + constants.signals[signal];
    if (closing) {
      exit(signalled);
      return;
    }
    closing = true;
    log.info({ event: 'draining', signal }, 'draining; a second signal ends at once');
    const { cut } = await close();
    log.info({ event: 'stopped', cut }, cut === 0 ? 'stopped' : 'stopped, exchanges were cut short');
    await flush();
    exit(cut === 0 ? 0 : signalled);
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      end(signal).catch((error: unknown) => {
        log.error({ err: error }, 'shutdown failed');
        void flush().then(() => exit(1));
      });
    });
  }
}
