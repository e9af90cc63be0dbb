import type { LogFileConfig } from '../config/config.ts';
import { ProxyError, readReason } from '../errors.ts';
import type { LogQueue, LogQueueOptions } from './queue.ts';
import { createLogQueue } from './queue.ts';
import { createNumberedFile } from './numbered-file.ts';

export interface LogFileOptions extends Pick<LogQueueOptions, 'mask' | 'onDropped'> {
  readonly config: LogFileConfig;
  /** Called once with the reason when the file cannot be written. */
  readonly onBroken: (reason: string) => void;
}

/** @throws ProxyError CONFIG_INVALID if the file cannot be written */
export async function openLogFile({ config, mask, onDropped, onBroken }: LogFileOptions): Promise<LogQueue> {
  const file = createNumberedFile(config);
  await file.open().catch((error: unknown) => {
    throw new ProxyError('CONFIG_INVALID', `MKIO_PROXY_LOG_FILE cannot be written (${readReason(error)})`, {
      hint: 'Name a file in a folder that exists and that the user of the proxy may write to.',
      cause: error,
    });
  });
  return createLogQueue({ send: file.append, mask, onDropped, onBroken: (error) => onBroken(readReason(error)) });
}
