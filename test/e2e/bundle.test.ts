import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createFolder } from '../support/folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MAX_BYTES = 12 * 1024 * 1024;

describe('the bundle that the image carries', () => {
  beforeAll(() => {
    execFileSync('npm', ['run', '--silent', 'bundle'], { cwd: ROOT });
  }, 60_000);

  test('needs no packages beside it', () => {
    const image = createImage();

    const printed = execFileSync(process.execPath, ['dist/cli/main.js', 'demo', '--once'], { cwd: image, env: {} });

    expect(printed.toString()).toMatch(/^\$ curl 'http.*media\/assets[\s\S]*\n200\n/);
  });

  test('logs for the eye and counts requests, which are loaded late', () => {
    const image = createImage();
    const lines = readdirSync(join(image, 'dist/cli')).filter((file) => /^(?:pino-pretty|rate-limit)-/.test(file));

    expect(lines).toHaveLength(2);
  });

  test('is smaller than 12 MB', () => {
    const image = createImage();
    const files = readdirSync(image, { recursive: true, encoding: 'utf8' }).map((file) => statSync(join(image, file)));

    expect(files.reduce((bytes, file) => bytes + (file.isFile() ? file.size : 0), 0)).toBeLessThan(MAX_BYTES);
  });
});

/** What the Dockerfile copies into `/app`. */
function createImage(): string {
  const image = createFolder();
  cpSync(join(ROOT, 'bundle'), join(image, 'dist'), { recursive: true });
  for (const name of ['package.json', 'LICENSE', 'config']) {
    cpSync(join(ROOT, name), join(image, name), { recursive: true });
  }
  return image;
}
