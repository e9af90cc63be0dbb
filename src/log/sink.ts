import { constants, fstatSync, openSync, write as writeFile } from 'node:fs';

export interface LogSink {
  readonly write: (text: string) => void;
  /** Resolves once all is written, nothing more can be, nothing was read for so long, or after three times that. */
  readonly flush: (limitMs: number) => Promise<void>;
}

export interface LogSinkOptions {
  readonly fd: number;
  /** Told of lines that found no room as soon as there is room again. */
  readonly onDropped: (lines: number) => void;
  /** Takes out what must not leave, from many lines at once. */
  readonly mask: (text: string) => string;
}

/** Characters that wait for a reader; beyond, lines are dropped. */
const MAX_UNREAD = 1_000_000;
const MAX_BUSY_MS = 64;
const BROKEN_MS = 1_000;

/**
 * Asynchronous and bounded: a reader of the log that is slow, stuck or gone, or a full disk, neither slows nor ends
 * anything. Lines that come while a write is under way leave together with the next one.
 *
 * sonic-boom, pino's own, retries EPIPE for ever at exit, blocks there for a reader that is stuck, and makes an
 * uncaught exception of a full disk.
 */
export function createLogSink({ fd, onDropped, mask }: LogSinkOptions): LogSink {
  const file = openNonBlocking(fd);
  let waiting = '';
  let leaving: Buffer = Buffer.alloc(0);
  let writing = false;
  let retry: NodeJS.Timeout | undefined;
  let busyMs = 1;
  let broken = false;
  let dropped = 0;
  let onRest = (): void => undefined;
  let onProgress = (): void => undefined;
  const unread = (): number => leaving.length + waiting.length;

  const send = (): void => {
    clearTimeout(retry);
    retry = undefined;
    if (leaving.length === 0) {
      leaving = Buffer.from(mask(waiting));
      waiting = '';
    }
    writing = true;
    writeFile(file, leaving, 0, leaving.length, null, onWritten);
  };

  const onWritten = (error: NodeJS.ErrnoException | null, count: number): void => {
    if (error === null) advance(count);
    writing = false;
    broken = error !== null && error.code !== 'EAGAIN';
    if (error !== null) retry = setTimeout(send, broken ? BROKEN_MS : busyMs).unref();
    else if (unread() > 0) send();
    if (error !== null) busyMs = Math.min(busyMs * 2, MAX_BUSY_MS);
    if (broken || unread() === 0) onRest();
  };

  const advance = (count: number): void => {
    busyMs = 1;
    leaving = leaving.subarray(count);
    onProgress();
    if (leaving.length > 0 || dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  };

  return {
    write: (text) => {
      if (unread() + text.length > MAX_UNREAD) {
        dropped++;
        return;
      }
      waiting += text;
      if (!writing && retry === undefined) send();
    },
    flush: async (limitMs) => {
      if (unread() === 0) return;
      if (broken && !writing) send();
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

/**
 * The same pipe or terminal, opened once more for this process alone: a write of a thread that its reader blocks would
 * hold the exit up for ever, and other processes change the mode of what they share with this one. Files need none;
 * sockets allow none, but Node has made standard output non-blocking where it is one.
 */
function openNonBlocking(fd: number): number {
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isCharacterDevice()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd; // no Linux, or another user's
  }
}
