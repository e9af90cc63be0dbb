import { constants, fstatSync, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import type { LogQueue, LogQueueOptions } from './queue.ts';
import { createLogQueue } from './queue.ts';

export interface LogSinkOptions extends Pick<LogQueueOptions, 'mask' | 'onDropped'> {
  readonly fd: number;
}

const writeSome = promisify(write);

/**
 * Writes to standard output in place of pino's sonic-boom, which at exit retries EPIPE for ever and blocks on a stuck
 * reader. On a full disk, sonic-boom throws an uncaught exception.
 */
export function createLogSink({ fd, mask, onDropped }: LogSinkOptions): LogQueue {
  const file = openNonBlocking(fd);
  const send = async (bytes: Buffer): Promise<number> => (await writeSome(file, bytes)).bytesWritten;
  return createLogQueue({ send, mask, onDropped });
}

/**
 * Reopens a pipe or terminal as non-blocking, as a blocking write would delay the exit. A shared descriptor does not
 * suffice, as other processes may change its mode. Files need no such mode. Node already makes sockets non-blocking.
 */
function openNonBlocking(fd: number): number {
  const kind = fstatSync(fd);
  if (!kind.isFIFO() && !kind.isCharacterDevice()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd; // Not Linux, or owned by another user.
  }
}
