import { execFileSync, spawn } from 'node:child_process';
import { cpSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../support/folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MAX_BYTES = 12 * 1024 * 1024;

describe('the bundle in the image', () => {
  test('needs no other packages', () => {
    const image = createImage();

    const printed = execFileSync(process.execPath, ['dist/cli/main.js', 'demo', '--once'], { cwd: image, env: {} });

    expect(printed.toString()).toMatch(/^\$ curl 'http.*media\/assets[\s\S]*\n200\n/);
  });

  test('contains the inspector page', async () => {
    const image = createImage();
    const demo = spawn(process.execPath, ['dist/cli/main.js', 'demo', '--port', '0', '--admin-port', '0'], {
      cwd: image,
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void demo.kill('SIGKILL'));
    const admin = await new Promise<string>((found) => {
      let printed = '';
      demo.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const [, address] = /admin +(http\S+)/.exec(printed) ?? [];
        if (address !== undefined) found(address);
      });
    });

    const html = await (await fetch(`${admin}/`)).text();

    const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(paths).toHaveLength(3);
    for (const path of paths) expect((await fetch(admin + path)).status).toBe(200);
  });

  test('includes the lazily loaded pretty log and rate limits', () => {
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

/** The files that the Dockerfile copies to `/app`. */
function createImage(): string {
  const image = createFolder();
  for (const name of ['dist/cli', 'dist/page', 'package.json', 'LICENSE', 'config']) {
    cpSync(join(ROOT, name), join(image, name), { recursive: true });
  }
  return image;
}
