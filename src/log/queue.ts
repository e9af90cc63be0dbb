export interface LogQueue {
  readonly write: (text: string) => void;
  /** Resolves when flushed, on a write error, after `limitMs` without progress, or after 3 × `limitMs`. */
  readonly flush: (limitMs: number) => Promise<void>;
  /** Calls `send` at once, even after a failure or with an empty queue. */
  readonly wake: () => void;
}

export interface LogQueueOptions {
  /** Writes as many bytes as possible and resolves to their number. */
  readonly send: (bytes: Buffer) => Promise<number>;
  /** Masks secrets in many lines at once. */
  readonly mask: (text: string) => string;
  /** Called with the number of dropped lines when writing succeeds again. */
  readonly onDropped: (lines: number) => void;
  /** Called with the first of consecutive failures. If set, a failure drops the queue; otherwise the queue waits. */
  readonly onBroken?: (error: unknown) => void;
}

/** Capacity in characters. Further lines are dropped. */
const MAX_UNSENT = 1_000_000;
const MAX_BUSY_MS = 64;
const BROKEN_MS = 1_000;

/**
 * Asynchronous and bounded, so that a slow, stuck or closed reader or a full disk neither blocks nor ends the process.
 * Lines that arrive during a write are sent together in the next one.
 */
export function createLogQueue({ send, mask, onDropped, onBroken }: LogQueueOptions): LogQueue {
  let waiting = '';
  let waitingLines = 0;
  let leaving: Buffer = Buffer.alloc(0);
  let leavingLines = 0;
  let dropped = 0;
  let sending = false;
  let woken = false;
  let retry: NodeJS.Timeout | undefined;
  let busyMs = 1;
  let broken = false;
  let onRest = (): void => undefined;
  let onProgress = (): void => undefined;
  const unsent = (): number => leaving.length + waiting.length;
  const hasMore = (): boolean => woken || (unsent() > 0 && retry === undefined);

  const sendAll = async (): Promise<void> => {
    sending = true;
    do {
      clearTimeout(retry);
      retry = undefined;
      woken = false;
      if (leaving.length === 0) takeWaiting();
      await send(leaving).then(onSent, onFailed);
    } while (hasMore());
    sending = false;
    if (broken || unsent() === 0) onRest();
  };

  const takeWaiting = (): void => {
    leaving = Buffer.from(mask(waiting));
    leavingLines = waitingLines;
    waiting = '';
    waitingLines = 0;
  };

  const onSent = (count: number): void => {
    if (count === 0) return;
    broken = false;
    busyMs = 1;
    leaving = leaving.subarray(count);
    onProgress();
    if (leaving.length > 0 || dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  };

  const onFailed = (error: NodeJS.ErrnoException): void => {
    const first = !broken;
    broken = error.code !== 'EAGAIN';
    retry = setTimeout(onRetry, broken ? BROKEN_MS : busyMs).unref();
    busyMs = Math.min(busyMs * 2, MAX_BUSY_MS);
    if (!broken || onBroken === undefined) return;
    dropAll();
    if (first) onBroken(error);
  };

  const onRetry = (): void => {
    retry = undefined;
    if (unsent() > 0) void sendAll();
  };

  const dropAll = (): void => {
    dropped += leavingLines + waitingLines;
    leaving = Buffer.alloc(0);
    waiting = '';
    leavingLines = waitingLines = 0;
  };

  return {
    write: (text) => {
      const isDropping = onBroken !== undefined && retry !== undefined;
      if (isDropping || unsent() + text.length > MAX_UNSENT) {
        dropped++;
        return;
      }
      waiting += text;
      waitingLines++;
      if (!sending && retry === undefined) void sendAll();
    },
    wake: () => {
      woken = true;
      if (!sending) void sendAll();
    },
    flush: async (limitMs) => {
      if (unsent() === 0) return;
      if (broken && !sending) void sendAll();
      await new Promise<void>((resolve) => {
        onRest = () => {
          clearTimeout(limit);
          clearTimeout(last);
          onProgress = () => undefined;
          resolve();
        };
        const limit = setTimeout(onRest, limitMs);
        const last = setTimeout(onRest, limitMs * 3);
        onProgress = () => limit.refresh();
      });
    },
  };
}
