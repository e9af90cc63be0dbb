import process from 'node:process';
import { codeOf } from './signals.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type EndSignal = (typeof SIGNALS)[number];

/** A signal that has to end the program. */
export class Interruption extends Error {
  readonly exit: number;

  constructor(signal: EndSignal) {
    super(signal);
    this.exit = codeOf(signal);
  }
}

/** The kernel spares the first process of a container what signals do by themselves: it ends by them where nothing handles them. */
export function endBySignals(end: (code: number) => void): void {
  if (process.pid !== 1) return;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) end(codeOf(signal));
    });
  }
}

/**
 * While `work` runs, a signal ends the program as it would by itself, but first what the program has started: a helper is in
 * a group of its own, which the signals of a terminal do not reach.
 *
 * @throws Interruption in the first process of a container, which the kernel spares what signals do by themselves
 */
export async function interruptible<T>(life: AbortController, work: () => Promise<T>): Promise<T> {
  let interrupt: (interruption: Interruption) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => (interrupt = reject));
  const end = (signal: EndSignal): void => {
    life.abort();
    leave();
    process.kill(process.pid, signal);
    interrupt(new Interruption(signal));
  };
  const leave = (): void => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    leave();
  }
}
