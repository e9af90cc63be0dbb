import process from 'node:process';
import { vi } from 'vitest';
import { redactKnown } from '../../src/cli/at-exit.ts';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { renderFailure } from '../../src/cli/failure.ts';
import type { CliOptions, CliResult } from './cli.ts';

/**
 * Runs `mkio-proxy <args>` in this process, with an environment, folder and output of its own. It is quicker than a process,
 * and for commands that end by themselves. One runs at a time.
 */
export async function runCommand(args: readonly string[], { env = {}, cwd }: CliOptions): Promise<CliResult> {
  const own = { env: process.env, cwd: process.cwd() };
  const text = { stdout: '', stderr: '' };
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const collect = (chunk: string | Uint8Array): boolean => ((text[name] += String(chunk)), true);
    const spy = vi.spyOn(process[name], 'write').mockImplementation(collect);
    return () => spy.mockRestore();
  });
  process.env = { PATH: own.env.PATH, ...env };
  process.chdir(cwd);
  try {
    return { code: await runCommandLine(args), ...text };
  } catch (error) {
    const { exit, text: message } = renderFailure(error, { debug: false, redact: redactKnown });
    return { code: exit, stdout: text.stdout, stderr: text.stderr + message };
  } finally {
    process.chdir(own.cwd);
    process.env = own.env;
    for (const undo of restore) undo();
  }
}
