import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTextFile } from '../../src/text-file.ts';
import { createFolder } from '../support/folder.ts';

const createPipe = (): string => {
  const path = join(createFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
};

test('A whole file is read, even with many reads', () => {
  const path = join(createFolder(), 'file');
  const text = 'ä€'.repeat(60_000);
  writeFileSync(path, text);
  expect(readTextFile(path)).toBe(text);
});

test('A pipe is read to its end, even if its writer starts late', () => {
  const path = createPipe();
  spawn('sh', ['-c', 'sleep 0.1; { printf "{"; sleep 0.1; printf "}"; } > "$0"', path]);
  expect(readTextFile(path)).toBe('{}');
});

test.each([
  ['a pipe without a writer', 'ETIMEDOUT', createPipe],
  ['a device without an end', 'EFBIG', () => '/dev/zero'],
  ['a folder', 'EISDIR', () => createFolder()],
  ['a missing file', 'ENOENT', () => join(createFolder(), 'nothing')],
])('Reading %s fails with %s', (_, code, create) => {
  expect(() => readTextFile(create())).toThrow(expect.objectContaining({ code }));
});
