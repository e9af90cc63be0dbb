import { once } from 'node:events';
import { fchmod, fstat } from 'node:fs';
import type { LogFileConfig } from '../config/config.ts';
import type createRollingStream from 'pino-roll';
import { ProxyError, readReason } from '../errors.ts';

export interface LogFile {
  /** @param line with its line feed */
  readonly write: (line: string) => void;
  /** Resolves once all is written, nothing more can be, or the limit has passed. */
  readonly flush: (limitMs: number) => Promise<void>;
}

export interface LogFileOptions {
  readonly config: LogFileConfig;
  /** Takes out what must not leave, from many lines at once. */
  readonly mask: (text: string) => string;
  /** Told of lines that are not in the file, as soon as others are again. */
  readonly onDropped: (lines: number) => void;
  /** Told once why nothing can be written. */
  readonly onBroken: (reason: string) => void;
}

type Stream = Awaited<ReturnType<typeof createRollingStream>>;

/** Characters that wait for the disk; beyond, lines are dropped. */
const MAX_UNREAD = 1_000_000;
const REOPEN_MS = 1_000;
/** For its owner alone. */
const MODE = 0o600;

/**
 * Writes lines to files that pino-roll numbers, changes and removes.
 *
 * By itself, its stream (sonic-boom) keeps all that a full disk does not take, and makes an uncaught exception of it; after a
 * change of files that failed it closes a descriptor twice, which may be another's by then. So what waits is bounded here, and
 * a stream that has failed is replaced.
 *
 * @throws ProxyError CONFIG_INVALID, where the file cannot be written
 */
export async function openLogFile({ config, mask, onDropped, onBroken }: LogFileOptions): Promise<LogFile> {
  const first = await open(config).catch((error: unknown) => {
    throw new ProxyError('CONFIG_INVALID', `MKIO_PROXY_LOG_FILE cannot be written (${readReason(error)})`, {
      hint: 'Name a file in a folder that exists and that the user of the proxy may write to.',
      cause: error,
    });
  });
  let stream: Stream | undefined;
  let waiting = '';
  let planned: NodeJS.Immediate | undefined;
  let unwrittenBytes = 0;
  let unwrittenLines = 0;
  let dropped = 0;
  let broken = false;
  let onRest = (): void => undefined;

  const send = (): void => {
    planned = undefined;
    const text = mask(waiting);
    waiting = '';
    unwrittenBytes += Buffer.byteLength(text);
    stream?.write(text);
  };
  const onWritten = (bytes: number): void => {
    broken = false;
    unwrittenBytes -= bytes;
    if (unwrittenBytes > 0 || planned !== undefined) return;
    unwrittenLines = 0;
    onRest();
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    onDropped(lines);
  };
  const onError = (error: NodeJS.ErrnoException): void => {
    // Other failures, such as that to remove an old file, leave what is written alone.
    if (error.syscall !== 'write' && error.syscall !== 'open') return;
    // Nothing of it is under way then, so that its descriptor can be closed.
    stream?.destroy();
    stream = undefined;
    clearImmediate(planned);
    planned = undefined;
    waiting = '';
    dropped += unwrittenLines;
    unwrittenBytes = unwrittenLines = 0;
    onRest();
    if (!broken) onBroken(readReason(error));
    broken = true;
    setTimeout(reopen, REOPEN_MS).unref();
  };
  const use = (opened: Stream): void => {
    stream = opened.on('write', onWritten).on('error', onError);
  };
  const reopen = (): void => void open(config).then(use, onError);

  use(first);
  return {
    write: (line) => {
      if (stream === undefined || unwrittenBytes + waiting.length + line.length > MAX_UNREAD) {
        dropped++;
        return;
      }
      waiting += line;
      unwrittenLines++;
      planned ??= setImmediate(send);
    },
    flush: async (limitMs) => {
      if (unwrittenBytes === 0 && waiting === '') return;
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, limitMs);
        onRest = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    },
  };
}

async function open({ path, maxBytes, maxCount }: LogFileConfig): Promise<Stream> {
  const { default: createStream } = await import('pino-roll');
  const limit = { count: maxCount, removeOtherLogFiles: true };
  const stream = await createStream({ file: path, size: `${maxBytes}b`, limit, mode: MODE });
  // Also a file that was there before is for its owner alone; a device keeps its mode.
  const restrict = (): void => {
    const { fd } = stream as unknown as { readonly fd: number };
    fstat(fd, (error, found) => {
      if (error === null && found.isFile()) fchmod(fd, MODE, () => undefined);
    });
  };
  stream.on('ready', restrict);
  await once(stream, 'ready');
  return stream;
}
