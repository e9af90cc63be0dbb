import process from 'node:process';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * While `work` runs, a signal ends the program as it would by itself, but first what the program has started: a helper is in
 * a group of its own, which the signals of a terminal do not reach.
 */
export async function interruptible<T>(life: AbortController, work: () => Promise<T>): Promise<T> {
  const end = (signal: NodeJS.Signals): void => {
    life.abort();
    leave();
    process.kill(process.pid, signal);
  };
  const leave = (): void => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await work();
  } finally {
    leave();
  }
}
