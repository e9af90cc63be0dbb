import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import type { RunningCli } from './cli.ts';
import { spawnCli } from './cli.ts';
import { createFolder } from './folder.ts';
import { startTestSandbox } from './sandbox.ts';

export interface Program extends RunningCli {
  readonly address: string;
  readonly admin: string | null;
}

/** The built `mkio-proxy start` on free ports, stopped when the test ends. */
export async function startProgram(env: Readonly<Record<string, string>>, cwd = createFolder()): Promise<Program> {
  const running = spawnCli(['start'], {
    cwd,
    env: {
      MKIO_PROXY_PORT: '0',
      MKIO_PROXY_ADMIN_PORT: '0',
      MKIO_PROXY_REVOCATION_CHECK: 'off',
      LOG_FORMAT: 'json',
      ...env,
    },
  });
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  const [line] = await running.printed(/^.*"event":"ready".*$/m);
  const ready = JSON.parse(line) as { address: string; admin: string | null };
  return { ...running, ...ready };
}

/** The program with a sandbox as its upstream. */
export async function startBoth(options?: SandboxOptions): Promise<{ program: Program; sandbox: Sandbox }> {
  const sandbox = await startTestSandbox(options);
  const program = await startProgram({ MKIO_BASE_URL: sandbox.origin, MKIO_TOKEN: sandbox.token });
  return { program, sandbox };
}

/** Runs a command line in a shell, as pasted from the docs. */
export async function runShell(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', line], { env: { PATH: process.env.PATH, ...env } });
  return stdout;
}
