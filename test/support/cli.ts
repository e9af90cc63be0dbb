import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The built program: `npm run build` comes before the tests. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** A command and its first arguments to run instead, such as the image's. */
const [STAND_IN, ...STAND_IN_ARGS] = process.env.MKIO_PROXY_TEST_PROGRAM?.split(' ') ?? [];

export interface CliOptions {
  /** Added to a minimal environment, without the developer's own settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** Use an empty folder to avoid the developer's .env. */
  readonly cwd: string;
  readonly nodeArgs?: readonly string[];
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  /** The output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<CliResult>;
  /** Resolves to the match once standard output has it; rejects if the process ends first. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
}

/** Starts `mkio-proxy <args>` without waiting for its end. */
export function spawnCli(args: readonly string[], { env = {}, cwd, nodeArgs = [] }: CliOptions): RunningCli {
  const [command, first] = STAND_IN === undefined ? [process.execPath, [...nodeArgs, MAIN]] : [STAND_IN, STAND_IN_ARGS];
  const child = spawn(command, [...first, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...(STAND_IN !== undefined && { NODE_OPTIONS: nodeArgs.join(' ') }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => (text[name] += chunk));
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }));
  const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(text.stdout);
      if (match !== null) return match;
      const over = await Promise.race([once(child.stdout, 'data').then(() => undefined), ended]);
      if (over !== undefined && !pattern.test(over.stdout)) {
        throw new Error(`ended with ${String(over.code)} before ${String(pattern)}:\n${over.stdout}${over.stderr}`);
      }
    }
  };
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, ended, printed };
}

/** Runs `mkio-proxy <args>` until it exits. */
export const runCli = (args: readonly string[], options: CliOptions): Promise<CliResult> =>
  spawnCli(args, options).ended;
