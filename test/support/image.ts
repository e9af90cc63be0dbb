import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCli } from './cli.ts';
import { createFolder } from './folder.ts';

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const [, slim = ''] = /AS slim\n([^]*?)\nFROM /.exec(read('Dockerfile')) ?? [];

/** The image as everything below deploy/ names it. */
export const IMAGE = `mkio-proxy:${version}`;

/** What the Dockerfile sets. */
export const IMAGE_ENV: Readonly<Record<string, string>> = Object.fromEntries(
  [...(/^ENV (.*)$/m.exec(slim)?.[1] ?? '').matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
);

export const HEALTHCHECK = JSON.parse(/^HEALTHCHECK .*? CMD (.*)$/m.exec(slim)?.[1] ?? '[]') as readonly string[];

/** The words by which the image's program is called. */
export const PROGRAM = HEALTHCHECK.slice(0, -1);

/** What a command of the program says of itself; fails where there is no such command. */
export async function readHelp(command: string): Promise<string> {
  const { code, stdout, stderr } = await runCli([command, '--help'], { cwd: createFolder() });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
