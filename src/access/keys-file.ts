import { statSync } from 'node:fs';
import type { Logger } from 'pino';
import type { AccessConfig } from '../config/config.ts';
import { readTextFile } from '../text-file.ts';
import { ProxyError, readReason } from '../errors.ts';
import type { CallerEntry } from './callers.ts';
import { hashKey, parseCallers } from './callers.ts';

/** Reads the callers that are allowed now; undefined if no key is required. */
export type ReadCallers = (() => readonly CallerEntry[]) | undefined;

export const requiresKey = ({ callerKey, callerKeysFile }: AccessConfig): boolean =>
  callerKey !== undefined || callerKeysFile !== undefined;

/**
 * Checks the file on every request, so that a removed key stops working at once. If the file cannot be read, no key works.
 *
 * @throws ProxyError CONFIG_INVALID if the file cannot be read or has a wrong line at the start
 */
export function createCallers({ callerKey, callerKeysFile }: AccessConfig, log: Logger): ReadCallers {
  const single = callerKey === undefined ? [] : [{ name: 'caller', sha256: hashKey(callerKey) }];
  if (callerKeysFile === undefined) return callerKey === undefined ? undefined : () => single;

  let seen = versionOf(callerKeysFile);
  let entries = [...single, ...readAtStart(callerKeysFile)];
  return () => {
    const version = versionOf(callerKeysFile);
    if (version !== seen) {
      seen = version;
      entries = [...single, ...readAgain(callerKeysFile, log)];
    }
    return entries;
  };
}

/** Changes if the file is written, replaced by a rename, or reached through another symlink. */
function versionOf(path: string): string {
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
  // A pipe can be read only once, but the file is read on every change.
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
