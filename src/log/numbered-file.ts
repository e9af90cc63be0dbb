import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { LogFileConfig } from '../config/config.ts';

export interface NumberedFile {
  /** Opens the file with the highest number. */
  readonly open: () => Promise<void>;
  /** Appends as many bytes as fit and resolves to their number. One call at a time. */
  readonly append: (bytes: Buffer) => Promise<number>;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly opened: Stats;
  size: number;
}

const OWNER_ONLY = 0o600;

/** Appends to a file until it is full, then to the next. Reopens the file if it was moved or deleted. */
export function createNumberedFile({ path, maxBytes, maxCount }: LogFileConfig): NumberedFile {
  const names = parseNames(path);
  let number = 1;
  let file: OpenFile | undefined;

  const close = async (): Promise<void> => {
    const closing = file;
    file = undefined;
    await closing?.handle.close();
  };
  const beginNext = async (): Promise<void> => {
    const numbers = await names.list();
    number = Math.max(number, ...numbers) + 1;
    await close();
    file = await openFile(names.of(number));
    const oldest = [...numbers, number].toSorted((a, b) => a - b).slice(0, -maxCount);
    await Promise.allSettled(oldest.map((each) => unlink(names.of(each))));
  };

  return {
    open: async () => {
      number = Math.max(1, ...(await names.list()));
      file = await openFile(names.of(number));
    },
    append: async (bytes) => {
      try {
        if (file && !(await isInPlace(names.of(number), file.opened))) await close();
        file ??= await openFile(names.of(number));
        if (file.size >= maxBytes) await beginNext();
        const { bytesWritten } = await file.handle.write(bytes);
        file.size += bytesWritten;
        return bytesWritten;
      } catch (error) {
        await close().catch(() => undefined);
        throw error;
      }
    },
  };
}

async function openFile(name: string): Promise<OpenFile> {
  const handle = await open(name, 'a', OWNER_ONLY);
  const opened = await handle.stat();
  // An existing file may have another mode. A device keeps its mode.
  if (opened.isFile()) await handle.chmod(OWNER_ONLY).catch(() => undefined);
  return { handle, opened, size: opened.size };
}

async function isInPlace(name: string, { dev, ino }: Stats): Promise<boolean> {
  try {
    const found = await stat(name);
    return found.dev === dev && found.ino === ino;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function parseNames(path: string) {
  const [, stem = '', extension = '.log'] = /^(.*?)(\.[^./\\]+)?$/s.exec(path) ?? [];
  const of = (number: number): string => `${stem}.${number}${extension}`;
  const [before, after] = [basename(`${stem}.`), extension];
  const readNumber = (name: string): number => {
    const digits = name.slice(before.length, -after.length);
    return name === `${before}${digits}${after}` && /^[1-9]\d*$/.test(digits) ? Number(digits) : 0;
  };
  const list = async (): Promise<number[]> => {
    const found = await readdir(dirname(of(1))).catch(() => []);
    return found.map(readNumber).filter((number) => number > 0);
  };
  return { of, list };
}
