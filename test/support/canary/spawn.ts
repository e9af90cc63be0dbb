import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunningCli } from '../cli.ts';
import { spawnCli } from '../cli.ts';
import { createFolder } from '../folder.ts';

export interface SpawnOptions {
  /** `undefined` removes a default variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Files in the working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

export interface Spawned extends RunningCli {
  /** The working directory; its `tmp` is TMPDIR. */
  readonly folder: string;
}

export type Collect = (name: string, text: string) => void;

/** Runs the program in its own folder, and collects its output and files when it exits. */
export function spawnAndCollect(args: readonly string[], options: SpawnOptions, collect: Collect): Spawned {
  const { env = {}, files = {}, nodeArgs = [] } = options;
  const folder = createFolder();
  mkdirSync(join(folder, 'tmp'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const all: typeof env = { TMPDIR: join(folder, 'tmp'), ...env };
  const set = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const cli = spawnCli(args, { cwd: folder, env: Object.fromEntries(set), nodeArgs });
  onTestFinished(() => void cli.child.kill('SIGKILL'));
  const ended = cli.ended.then((result) => {
    collect(`stdout of ${args.join(' ')}`, result.stdout);
    collect(`stderr of ${args.join(' ')}`, result.stderr);
    collectFiles(folder, files, collect);
    return result;
  });
  return { ...cli, ended, folder };
}

/** Files that the program created or changed. */
function collectFiles(folder: string, given: Readonly<Record<string, string>>, collect: Collect): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    const bytes = readFileSync(path);
    if (bytes.toString() !== given[name]) collect(`file ${name}`, bytes.toString('latin1'));
  }
}

/** The data of a process that every local user can read. */
export function collectProcess({ child }: RunningCli, collect: Collect): void {
  for (const name of ['cmdline', 'comm', 'status']) collect(name, readFileSync(`/proc/${child.pid}/${name}`, 'latin1'));
}
