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

test('A file is read whole, however many reads it takes', () => {
  const path = join(createFolder(), 'file');
  const text = 'ä€'.repeat(60_000);
  writeFileSync(path, text);
  expect(readTextFile(path)).toBe(text);
});

test('A pipe is read to its end, whenever its writer comes', () => {
  const path = createPipe();
  spawn('sh', ['-c', 'sleep 0.1; { printf "{"; sleep 0.1; printf "}"; } > "$0"', path]);
  expect(readTextFile(path)).toBe('{}');
});

test.each([
  ['a pipe that nobody writes to', 'ETIMEDOUT', createPipe],
  ['a device without an end', 'EFBIG', () => '/dev/zero'],
  ['a folder', 'EISDIR', () => createFolder()],
  ['what is not there', 'ENOENT', () => join(createFolder(), 'nothing')],
])('The reading of %s ends with %s', (_, code, create) => {
  expect(() => readTextFile(create())).toThrow(expect.objectContaining({ code }));
});
