import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLogSink } from '../../src/log/sink.ts';
import { createFolder } from '../support/folder.ts';

const mask = (text: string): string => text.replaceAll('s3cret', '***');
const LINE = `${'x'.repeat(999)}\n`;

describe('If the reader of the log is slow or stops reading', () => {
  test('the log keeps 1 MB, counts the dropped lines, and continues when it is read', async () => {
    const { fd, read } = openPipe();
    const onDropped = vi.fn((lines: number) => sink.write(`dropped ${lines}\n`));
    const sink = createLogSink({ fd, onDropped, mask });
    for (let i = 0; i < 1_500; i++) sink.write(LINE);
    expect(onDropped).not.toHaveBeenCalled();

    const reading = sink.flush(5_000).then(() => false);
    let taken = '';
    while (await Promise.race([reading, sleep(2, true)])) taken += read();
    taken += read();

    expect(onDropped).toHaveBeenCalledTimes(1);
    const lines = taken.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('x'))).toHaveLength(1_000);
    expect(lines.at(-1)).toBe('dropped 500');
  });

  test('flush() waits as long as the reader makes progress', async () => {
    const { fd, read } = openPipe(16_384);
    const sink = createLogSink({ fd, onDropped: () => undefined, mask });
    for (let i = 0; i < 600; i++) sink.write(LINE);

    const reading = sink.flush(400).then(() => false);
    let taken = '';
    while (await Promise.race([reading, sleep(20, true)])) taken += read();
    for (let rest; (rest = read()) !== '';) taken += rest;

    expect(taken).toHaveLength(600 * LINE.length);
  });

  test('flush() returns after the limit', async () => {
    const { fd } = openPipe();
    const sink = createLogSink({ fd, onDropped: () => undefined, mask });
    for (let i = 0; i < 100; i++) sink.write(LINE);

    await expect(sink.flush(100)).resolves.toBeUndefined();
  });
});

test('flush() returns at once if the disk is full', async () => {
  const sink = createLogSink({ fd: openFor('/dev/full', constants.O_WRONLY), onDropped: () => undefined, mask });
  sink.write(LINE);

  const from = performance.now();
  await sink.flush(15_000);

  expect(performance.now() - from).toBeLessThan(5_000);
});

test('A file receives every line in order', async () => {
  const path = join(createFolder(), 'log');
  const sink = createLogSink({
    fd: openFor(path, constants.O_WRONLY | constants.O_CREAT),
    onDropped: () => undefined,
    mask,
  });
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i} ü€😀\n`);

  for (const line of lines) sink.write(line);
  await sink.flush(1_000);

  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
});

test('Secrets are masked in every line, even if several lines are written together', async () => {
  const path = join(createFolder(), 'log');
  const sink = createLogSink({
    fd: openFor(path, constants.O_WRONLY | constants.O_CREAT),
    onDropped: () => undefined,
    mask,
  });

  for (let i = 0; i < 3; i++) sink.write('a s3cret\n');
  await sink.flush(1_000);

  expect(readFileSync(path, 'utf8')).toBe('a ***\n'.repeat(3));
});

function openFor(path: string, flags: number): number {
  const fd = openSync(path, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** A pipe that only this test reads. */
function openPipe(chunkBytes = 65_536) {
  const path = join(createFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openFor(path, constants.O_RDWR | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(chunkBytes);
  const read = (): string => {
    try {
      return buffer.toString('utf8', 0, readSync(fd, buffer));
    } catch {
      return '';
    }
  };
  return { fd, read };
}
