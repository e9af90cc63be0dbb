import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Far more than any settings, policy or list of keys has. */
const MAX_BYTES = 4 * 1024 * 1024;
/** A pipe's writer may be a program that has to look a secret up first; or there may be none. */
const PIPE_LIMIT_MS = 2_000;
/** While the proxy runs, which does nothing else meanwhile. */
export const RUNNING_PIPE_LIMIT_MS = 200;
const PAUSE_MS = 10;

/**
 * Reads a file or a pipe whole, as UTF-8. Whatever its path has become since the start: it ends, and so the proxy serves on.
 *
 * @throws Error with a `code` as Node's own: ETIMEDOUT for a pipe without an end, EFBIG for more than 4 MB
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
      // A pipe that nobody has opened for writing yet reads as one at its end.
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

/** Empty at the end; undefined if nothing is available yet. */
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
