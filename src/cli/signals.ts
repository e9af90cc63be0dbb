import { constants } from 'node:os';
import process from 'node:process';
import type { Logger } from 'pino';

export interface DrainWorlds {
  /** Drains and closes everything; resolves to the number of cancelled exchanges. */
  readonly close: () => Promise<{ readonly cut: number }>;
  readonly exit: (code: number) => void;
  readonly log: Logger;
  /** Flushes the log. */
  readonly flush: () => Promise<void>;
}

const DRAINING = ['SIGINT', 'SIGTERM'] as const;
const FATAL = [...DRAINING, 'SIGHUP'] as const;

type FatalSignal = (typeof FATAL)[number];

/** Thrown when a signal interrupts a command. The process exits with the signal's code and prints nothing. */
export class Interruption extends Error {
  readonly exit: number;

  constructor(signal: FatalSignal) {
    super(signal);
    this.exit = exitCodeOf(signal);
  }
}

/** The shell's convention: 128 + signal number. */
const exitCodeOf = (signal: FatalSignal): number => 128 + constants.signals[signal];

/**
 * The first signal drains, the second exits at once. The exit code is 0 after a clean drain, else the signal's code.
 *
 * @returns drains like SIGTERM, for a shutdown request; does not count as a signal
 */
export function drainOnSignals({ close, exit, log, flush }: DrainWorlds): () => void {
  let draining = false;
  let signals = 0;
  const drain = async (signal: FatalSignal): Promise<void> => {
    const { cut } = await close();
    log.info({ event: 'stopped', cut }, cut === 0 ? 'stopped' : 'stopped, exchanges were cut short');
    await flush();
    exit(cut === 0 ? 0 : exitCodeOf(signal));
  };
  const begin = (signal: FatalSignal, by: Readonly<Record<string, string>>): void => {
    if (draining) return;
    draining = true;
    log.info({ event: 'draining', ...by }, 'draining; a second signal ends at once');
    drain(signal).catch((error: unknown) => {
      log.error({ err: error }, 'shutdown failed');
      void flush().then(() => exit(1));
    });
  };
  for (const signal of DRAINING) {
    process.on(signal, () => {
      if (++signals > 1) exit(exitCodeOf(signal));
      else begin(signal, { signal });
    });
  }
  return () => begin('SIGTERM', { request: 'POST /quitquitquit' });
}

/** PID 1 has no default signal actions: exit explicitly, unless another listener handles the signal. */
export function exitOnSignalsAsPid1(exit: (code: number) => void): void {
  if (process.pid !== 1) return;
  for (const signal of FATAL) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) exit(exitCodeOf(signal));
    });
  }
}

/**
 * While `work` runs, a signal first aborts `life`, then has its default action. Aborting kills token helpers: they run in
 * their own process groups, which do not get the terminal's signals.
 *
 * @throws Interruption as PID 1, which has no default action
 */
export async function interruptible<T>(life: AbortController, work: () => Promise<T>): Promise<T> {
  let interrupt: (interruption: Interruption) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => (interrupt = reject));
  const end = (signal: FatalSignal): void => {
    life.abort();
    leave();
    process.kill(process.pid, signal);
    interrupt(new Interruption(signal));
  };
  const leave = (): void => {
    for (const signal of FATAL) process.off(signal, end);
  };
  for (const signal of FATAL) process.on(signal, end);
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    leave();
  }
}
