import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openLogFile } from '../../src/log/file.ts';
import { createFolder } from '../support/folder.ts';

const mask = (text: string): string => text.replaceAll('s3cret', '***');
const lineOf = (i: number): string => `${String(i).padStart(6, '0')} ${'x'.repeat(92)}\n`;

/** Keeps the files reachable: Node warns if it garbage-collects an open FileHandle. */
const opened: unknown[] = [];

async function open(folder: string, over: { readonly maxBytes?: number; readonly maxCount?: number } = {}) {
  const told = { onDropped: vi.fn<(lines: number) => void>(), onBroken: vi.fn<(reason: string) => void>() };
  const config = { path: join(folder, 'proxy.log'), maxBytes: 1_000_000, maxCount: 5, ...over };
  const file = await openLogFile({ config, mask, ...told });
  opened.push(file);
  return { ...told, ...file };
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('proxy.'))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]));
const readAll = (folder: string): string =>
  filesOf(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');

test('A log file, new or existing, is readable only by its owner and contains no secret', async () => {
  const folder = createFolder({ 'proxy.1.log': 'before\n' });
  chmodSync(join(folder, 'proxy.1.log'), 0o644);
  const { write, flush } = await open(folder);
  write('a s3cret\n');
  await flush(5_000);
  expect(readAll(folder)).toBe('before\na ***\n');
  await expect.poll(() => statSync(join(folder, 'proxy.1.log')).mode & 0o777).toBe(0o600);
});

test('Log files rotate by size: no line is lost or split, and the oldest file is deleted first', async () => {
  const folder = createFolder();
  const { write, flush, onBroken, onDropped } = await open(folder, { maxBytes: 10_000, maxCount: 3 });
  let i = 0;
  const fill = async (files: number): Promise<void> => {
    while (!filesOf(folder).includes(`proxy.${files}.log`)) {
      for (const end = i + 50; i < end; i++) write(lineOf(i));
      await flush(5_000);
      await new Promise(setImmediate);
    }
  };
  await fill(8);
  await flush(5_000);
  await expect.poll(() => filesOf(folder).length).toBeLessThanOrEqual(4);
  const lines = readAll(folder).split('\n').slice(0, -1);
  expect(lines.map((line) => `${line}\n`)).toEqual(lines.map((_, k) => lineOf(i - lines.length + k)));
  expect(lines.length).toBeGreaterThan(200);
  for (const name of filesOf(folder)) {
    const { size, mode } = statSync(join(folder, name));
    expect([size < 20_000, mode & 0o777]).toEqual([true, 0o600]);
  }
  expect([onBroken.mock.calls, onDropped.mock.calls]).toEqual([[], []]);
});

test('A full disk is reported once, lines are dropped and counted, and writing resumes when there is space', async () => {
  const folder = createFolder();
  const path = join(folder, 'proxy.1.log');
  symlinkSync('/dev/full', path);
  const { write, flush, onBroken, onDropped } = await open(folder);
  for (let i = 0; i < 200; i++) {
    for (let k = 0; k < 500; k++) write(lineOf(k));
    await new Promise(setImmediate);
  }
  await flush(5_000);
  expect(onBroken.mock.calls).toEqual([['ENOSPC']]);

  rmSync(path);
  await expect
    .poll(
      () => {
        write('again\n');
        return onDropped.mock.calls.length;
      },
      { timeout: 10_000 },
    )
    .toBe(1);
  expect(onDropped.mock.calls[0]?.[0]).toBeGreaterThanOrEqual(100_000);
  expect(readAll(folder)).toMatch(/^(?:again\n)+$/);
});

test('Lines beyond the limit of the queue are dropped and counted', async () => {
  const folder = createFolder();
  const { write, flush, onDropped } = await open(folder, { maxBytes: 100_000_000 });
  for (let i = 0; i < 15_000; i++) write(lineOf(i));
  await flush(5_000);
  await expect.poll(() => onDropped.mock.calls).toEqual([[5_000]]);
  expect(readAll(folder).length).toBe(1_000_000);
});

test('A failed rotation is retried until it succeeds', async () => {
  const above = createFolder();
  const folder = join(above, 'logs');
  const away = join(above, 'away');
  mkdirSync(folder);
  const { write, flush, onBroken } = await open(folder, { maxBytes: 1_000 });
  renameSync(folder, away);
  for (let i = 0; i < 20; i++) write(lineOf(i));
  await flush(5_000);
  await expect.poll(() => onBroken.mock.calls).toEqual([['ENOENT']]);
  mkdirSync(folder);
  await expect
    .poll(
      () => {
        write(lineOf(1));
        return readdirSync(folder).length;
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(2);
});

describe('If another program', () => {
  test('renames the log file, like logrotate, the next line starts a new file', async () => {
    const folder = createFolder();
    const path = join(folder, 'proxy.1.log');
    const { write, flush } = await open(folder);
    write('before\n');
    await flush(5_000);
    renameSync(path, `${path}.1`);
    write('after\n');
    await flush(5_000);
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('before\n');
    expect(readFileSync(path, 'utf8')).toBe('after\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('deletes the log file, the next line creates it again', async () => {
    const folder = createFolder();
    const { write, flush } = await open(folder);
    rmSync(join(folder, 'proxy.1.log'));
    write('after\n');
    await flush(5_000);
    expect(readAll(folder)).toBe('after\n');
  });

  test('replaces the log file, the next line goes to the new file', async () => {
    const folder = createFolder({ other: 'of logrotate\n' });
    const { write, flush } = await open(folder);
    renameSync(join(folder, 'other'), join(folder, 'proxy.1.log'));
    write('after\n');
    await flush(5_000);
    expect(readAll(folder)).toBe('of logrotate\nafter\n');
  });

  test('renames the log file, wake() creates a new file even without a line', async () => {
    const folder = createFolder();
    const path = join(folder, 'proxy.1.log');
    const { wake } = await open(folder);
    renameSync(path, `${path}.1`);
    wake();
    await expect.poll(() => existsSync(path)).toBe(true);
  });
});

test('The next file has the next free number, and files with other names are ignored', async () => {
  const folder = createFolder({ 'proxy.7.log': 'old\n', 'proxy.8.log.gz': '', 'other.9.log': '', 'proxy.x.log': '' });
  const { write, flush } = await open(folder, { maxBytes: 10 });
  for (const line of ['this is long enough\n', 'next\n']) {
    write(line);
    await flush(5_000);
  }
  expect(readdirSync(folder).toSorted()).toEqual(
    ['other.9.log', 'proxy.7.log', 'proxy.8.log', 'proxy.8.log.gz', 'proxy.x.log'].toSorted(),
  );
  expect(readFileSync(join(folder, 'proxy.8.log'), 'utf8')).toBe('next\n');
});

test('The start fails if the log file cannot be written', async () => {
  await expect(open(join(createFolder(), 'nowhere'))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: 'MKIO_PROXY_LOG_FILE cannot be written (ENOENT)',
  });
});
