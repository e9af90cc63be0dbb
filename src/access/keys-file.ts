import { statSync } from 'node:fs';
import type { Logger } from 'pino';
import type { AccessConfig } from '../config/config.ts';
import { readTextFile } from '../text-file.ts';
import { ProxyError, readReason } from '../errors.ts';
import type { CallerEntry } from './callers.ts';
import { hashKey, parseCallers } from './callers.ts';

/** Reads who may call just now; undefined where no key is asked for. */
export type ReadCallers = (() => readonly CallerEntry[]) | undefined;

export const requiresKey = ({ callerKey, callerKeysFile }: AccessConfig): boolean =>
  callerKey !== undefined || callerKeysFile !== undefined;

/**
 * The file is looked at with every request, so that a key that was taken out works no more from then on. A file that can't
 * be read lets nobody in.
 *
 * @throws ProxyError CONFIG_INVALID, where the file can't be read or holds a wrong line at the start
 */
export function createCallers({ callerKey, callerKeysFile }: AccessConfig, log: Logger): ReadCallers {
  const single = callerKey === undefined ? [] : [{ name: 'caller', sha256: hashKey(callerKey) }];
  if (callerKeysFile === undefined) return callerKey === undefined ? undefined : () => single;

  let seen = markOf(callerKeysFile);
  let entries = [...single, ...readAtStart(callerKeysFile)];
  return () => {
    const mark = markOf(callerKeysFile);
    if (mark !== seen) {
      seen = mark;
      entries = [...single, ...readAgain(callerKeysFile, log)];
    }
    return entries;
  };
}

/** Changes whenever the file does: by writing in place, by renaming over it, or by swapping a link on its path. */
function markOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return 'unreadable';
  }
}

function readAtStart(path: string): readonly CallerEntry[] {
  const { entries, wrongLines } = parseCallers(readText(path));
  if (wrongLines.length === 0 && entries.length > 0) return entries;
  const problem = wrongLines.length === 0 ? 'holds no key' : `has a wrong line ${wrongLines.join(', ')}`;
  throw new ProxyError('CONFIG_INVALID', `The file of MKIO_PROXY_CALLER_KEYS_FILE ${problem}.`, {
    hint: 'Give one name:sha256 a line, as `mkio-proxy key new NAME` prints it.',
  });
}

/** @throws Error with a code */
function readKeys(path: string): string {
  // What a pipe gives, it gives once, and the file is read whenever it changes.
  if (!statSync(path).isFile()) throw Object.assign(new Error(), { code: 'no regular file' });
  return readTextFile(path);
}

function readText(path: string): string {
  try {
    return readKeys(path);
  } catch (error) {
    throw new ProxyError(
      'CONFIG_INVALID',
      `The file of MKIO_PROXY_CALLER_KEYS_FILE can't be read (${readReason(error)}).`,
      {
        cause: error,
        hint: 'Check that the file exists and is readable for the user of the proxy.',
      },
    );
  }
}

function readAgain(path: string, log: Logger): readonly CallerEntry[] {
  try {
    const { entries, wrongLines } = parseCallers(readKeys(path));
    log.info({ event: 'caller-keys', callers: entries.map(({ name }) => name) }, 'caller keys were read again');
    if (wrongLines.length > 0) log.warn({ event: 'caller-keys', wrongLines }, 'lines that are no caller key');
    return entries;
  } catch (error) {
    log.error({ event: 'caller-keys', reason: (error as NodeJS.ErrnoException).code }, 'no caller key can be read');
    return [];
  }
}
