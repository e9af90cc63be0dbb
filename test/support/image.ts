import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCli } from './cli.ts';
import { createFolder } from './folder.ts';

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const [, slim = ''] = /AS slim\n([^]*?)\nFROM /.exec(read('Dockerfile')) ?? [];

/** The name of the image in all of deploy/. */
export const IMAGE = `mkio-proxy:${version}`;

/** Settings of the Dockerfile. */
export const IMAGE_ENV: Readonly<Record<string, string>> = Object.fromEntries(
  [...(/^ENV (.*)$/m.exec(slim)?.[1] ?? '').matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
);

export const HEALTHCHECK = JSON.parse(/^HEALTHCHECK .*? CMD (.*)$/m.exec(slim)?.[1] ?? '[]') as readonly string[];

/** The command line of the image's program. */
export const PROGRAM = HEALTHCHECK.slice(0, -1);

/** The help of a command; throws if there is no such command. */
export async function readHelp(command: string): Promise<string> {
  const { code, stdout, stderr } = await runCli([command, '--help'], { cwd: createFolder() });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
