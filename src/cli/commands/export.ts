import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import type { Flags } from '../../config/layers.ts';
import { ProxyError } from '../../errors.ts';
import { createAdminClient } from '../admin-client.ts';
import { normalizeFilter } from './tail.ts';

interface ExportFlags extends Pick<Flags, 'adminHost' | 'adminPort' | 'config'> {
  /** `-` for standard output. */
  readonly har: string;
  readonly filter?: string;
}

/** Exports the exchanges of a running proxy to a new file. Resolves to the exit code. */
export async function exportHar({ har, filter = '', ...flags }: ExportFlags): Promise<number> {
  const query = `filter=${encodeURIComponent(normalizeFilter(filter))}`;
  const { body } = await createAdminClient(flags).ask(`/export.har?${query}`);
  const entries = Readable.fromWeb(body ?? new ReadableStream());
  if (har === '-') {
    await pipeline(entries, process.stdout, { end: false }).catch(refuseAllButLeaving);
    return 0;
  }
  try {
    await pipeline(entries, createWriteStream(har, { flags: 'wx' }));
  } catch (error) {
    throw await refuseFile(har, error as NodeJS.ErrnoException);
  }
  return 0;
}

/** Ignores a pipe that its reader closed early. */
function refuseAllButLeaving(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Removes an incomplete export, but not a file that existed before. */
async function refuseFile(path: string, error: NodeJS.ErrnoException): Promise<ProxyError> {
  if (error.code === 'EEXIST') {
    const hint = 'Name another file, or remove it first.';
    return new ProxyError('CONFIG_INVALID', '--har names a file that is there already', { hint, cause: error });
  }
  await rm(path, { force: true });
  const reason = error.code ?? 'unknown reason';
  const hint = 'Name a file that can be written, in a folder that exists.';
  return new ProxyError('CONFIG_INVALID', `--har: the export could not be written (${reason})`, { hint, cause: error });
}
