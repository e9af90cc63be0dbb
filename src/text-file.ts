import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Far above the size of any settings, policy or keys file. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The writer of a pipe may first have to fetch a secret. There may also be no writer. */
const PIPE_LIMIT_MS = 2_000;
/** Shorter while the proxy runs, as reading blocks the event loop. */
export const RUNNING_PIPE_LIMIT_MS = 200;
const PAUSE_MS = 10;

/**
 * Reads a whole file or pipe as UTF-8. Bounded in size and time: the path may since have become a device or a pipe.
 *
 * @throws Error with a `code` like Node's: ETIMEDOUT for a pipe without an end, EFBIG above 4 MiB
 */
export function readTextFile(path: string, pipeLimitMs = PIPE_LIMIT_MS): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const isPipe = fstatSync(file).isFIFO();
    const deadline = performance.now() + pipeLimitMs;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const chunk = readChunk(file);
      // A pipe without a writer yet also reads as empty.
      if (chunk?.length === 0 && !(isPipe && bytes === 0)) return Buffer.concat(chunks).toString('utf8');
      if (chunk === undefined || chunk.length === 0) {
        if (performance.now() > deadline) throw failure('ETIMEDOUT');
        pause();
      } else {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) throw failure('EFBIG');
        chunks.push(chunk);
      }
    }
  } finally {
    closeSync(file);
  }
}

/** Returns an empty buffer at the end; undefined if no data is available yet. */
function readChunk(file: number): Buffer | undefined {
  const chunk = Buffer.allocUnsafe(64 * 1024);
  try {
    return chunk.subarray(0, readSync(file, chunk));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

const pause = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });
