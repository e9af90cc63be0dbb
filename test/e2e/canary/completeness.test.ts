import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../../src/errors.ts';
import { readAdminPaths } from '../../support/canary/admin.ts';
import { CAPTURES } from '../../support/canary/captures.ts';
import { COMMANDS } from '../../support/canary/commands.ts';
import { ENDINGS } from '../../support/canary/endings.ts';
import { EXCHANGES } from '../../support/canary/exchanges.ts';
import { FAILURES } from '../../support/canary/failures.ts';
import { REFUSALS } from '../../support/canary/refusals.ts';
import { STARTS } from '../../support/canary/starts.ts';
import { runCli } from '../../support/cli.ts';
import { createFolder } from '../../support/folder.ts';

const DRIVES = [...CAPTURES, ...COMMANDS, ...STARTS, ...EXCHANGES, ...REFUSALS, ...FAILURES, ...ENDINGS];

describe('the canary scenarios omit', () => {
  test('no command', async () => {
    const driven = new Set(DRIVES.flatMap(({ commands }) => commands));
    const commands = await readCommands();
    expect(commands).toContain('key new');
    expect(commands.filter((command) => !driven.has(command))).toEqual([]);
  });

  test('no error code', () => {
    const driven = DRIVES.flatMap(({ codes = [] }) => codes);
    expect(Object.keys(ERRORS).filter((code) => !driven.includes(code))).toEqual([]);
  });

  test('no endpoint of the admin listener', async () => {
    expect(await readAdminPaths()).toEqual(
      expect.arrayContaining(['/livez', '/readyz', '/exchanges/:id/body/response', '/events']),
    );
  });
});

/** Every command and subcommand in the help. */
async function readCommands(...above: string[]): Promise<string[]> {
  const { stdout } = await runCli([...above, '--help'], { cwd: createFolder() });
  const [, list = ''] = /^Commands:\n([^]*?)(?:\n\n|$(?!\n))/m.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
  const below = above[0] === 'help' ? [] : names.filter((name) => above.length === 0 || name !== 'help');
  if (below.length === 0) return [above.join(' ')];
  return (await Promise.all(below.map((name) => readCommands(...above, name)))).flat();
}
