import { constants, fstatSync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import type { LogQueue, LogQueueOptions } from './queue.ts';
import { createLogQueue } from './queue.ts';

export interface LogSinkOptions extends Pick<LogQueueOptions, 'mask' | 'onDropped'> {
  readonly fd: number;
}

const writeSome = promisify(write);

/**
 * Standard output. sonic-boom, pino's own, retries EPIPE for ever at exit, blocks there for a reader that is stuck, and
 * makes an uncaught exception of a full disk.
 */
export function createLogSink({ fd, mask, onDropped }: LogSinkOptions): LogQueue {
  const file = openNonBlocking(fd);
  const send = async (bytes: Buffer): Promise<number> => (await writeSome(file, bytes)).bytesWritten;
  return createLogQueue({ send, mask, onDropped });
}

/**
 * Opens the same pipe or terminal again, for this process only: a blocking write would hold up the exit, and other
 * processes change the mode of a shared one. Files need no such mode; sockets cannot be opened again, but Node has made
 * standard output non-blocking if it is a socket.
 */
function openNonBlocking(fd: number): number {
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isCharacterDevice()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd; // Not Linux, or another user's.
  }
}
