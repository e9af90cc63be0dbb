import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { platform } from 'node:os';
import { ProxyError, readReason } from '../errors.ts';

/** Far above the size of a token, or of JSON around it. */
export const MAX_SOURCE_BYTES = 64 * 1024;

export interface ReadFile {
  readonly text: string;
  /** Set if users other than the owner may read the file. */
  readonly exposed?: ExposedFile;
}

export interface ExposedFile {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * Reads a whole regular file. Opening does not block, as a pipe without a writer would block for ever. The size is
 * limited, as a device never ends.
 *
 * @throws ProxyError TOKEN_UNAVAILABLE
 */
export async function readTokenFile(path: string, source: string): Promise<ReadFile> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) throw unreadable(source, found.isDirectory() ? 'is a folder' : 'is no regular file');
    const chunks = file.createReadStream({ end: MAX_SOURCE_BYTES, autoClose: false });
    const text = await readBounded(chunks, source);
    // Windows has no permission bits.
    const isExposed = (found.mode & 0o077) !== 0 && platform() !== 'win32';
    return { text, ...(isExposed && { exposed: { path, mode: found.mode & 0o777 } }) };
  } catch (error) {
    if (error instanceof ProxyError) throw error;
    throw unreadable(source, `cannot be read (${readReason(error)})`, error);
  } finally {
    await file?.close();
  }
}

/** @throws ProxyError TOKEN_UNAVAILABLE above the size limit */
export async function readBounded(chunks: AsyncIterable<Buffer>, source: string): Promise<string> {
  const read: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_SOURCE_BYTES) throw unreadable(source, `holds more than ${MAX_SOURCE_BYTES} bytes`);
    read.push(chunk);
  }
  return Buffer.concat(read).toString('utf8');
}

const unreadable = (source: string, problem: string, cause?: unknown): ProxyError =>
  new ProxyError('TOKEN_UNAVAILABLE', `the file of ${source} ${problem}`, {
    cause,
    hint: 'Name a regular file that the user of the proxy can read and that holds the token alone, or - for standard input.',
  });
