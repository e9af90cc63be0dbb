import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/errors.ts';
import { readAdminPaths } from '../support/canary-admin.ts';
import { ENCODINGS, UTF_16 } from '../support/canary-encodings.ts';
import { findLeaks } from '../support/canary-search.ts';
import { readCredentials } from '../support/canary-upstream.ts';
import { createWorld } from '../support/canary-world.ts';
import { runCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { CAPTURES } from './canary/captures.ts';
import { COMMANDS } from './canary/commands.ts';
import { ENDINGS } from './canary/endings.ts';
import { EXCHANGES } from './canary/exchanges.ts';
import { FAILURES } from './canary/failures.ts';
import { REFUSALS } from './canary/refusals.ts';
import { STARTS } from './canary/starts.ts';

/** Everything that the program does. What is new becomes one more row. */
const DRIVES = [...CAPTURES, ...COMMANDS, ...STARTS, ...EXCHANGES, ...REFUSALS, ...FAILURES, ...ENDINGS];

// A drive starts up to a dozen processes, one after the other.
const LIMIT_MS = 60_000;

describe('no secret comes out, in whatever encoding, of', { timeout: LIMIT_MS }, () => {
  for (const { name, drive, codes = [], tags = [] } of DRIVES) {
    test(name, { tags }, async () => {
      const world = createWorld();
      await drive(world);
      await world.finish();

      expect(world.findLeaks()).toEqual([]);
      const text = world.outputs.map((output) => output.text).join('\n');
      expect(text).not.toBe('');
      for (const code of codes) expect(text).toContain(code);
      const credentials = world.upstreams.flatMap(readCredentials);
      const right = world.tokens.map((token) => ['authorization', `Bearer ${token}`]);
      for (const sent of credentials) expect(right).toContainEqual(sent);
    });
  }
});

describe('the drives leave out', () => {
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

  test('no endpoint of the admin listener', () => {
    expect(readAdminPaths()).toEqual(
      expect.arrayContaining(['/livez', '/readyz', '/exchanges/:id/body/response', '/events']),
    );
  });
});

describe('the search', () => {
  const secret = { name: 'the secret', text: 'Mk+io/c4naRy~F9xQ0zL7-wB2_vT5.hJ8sK1dG6pY3mR==' };
  const search = (text: string) => findLeaks([secret], [{ name: 'a sample', text }]);

  test.each(Object.entries({ ...ENCODINGS, ...UTF_16 }))('finds a secret %s', (_, encode) => {
    expect(search(`{"a":"ü"} ${encode(secret.text)} b`)).toMatchObject([{ secret: 'the secret', output: 'a sample' }]);
  });

  test.each(Object.entries(ENCODINGS))('finds the half of a secret %s', (_, encode) => {
    expect(search(`a=${encode(secret.text.slice(11, 34))}&b`)).not.toEqual([]);
  });

  test('finds nothing where there is nothing', () => {
    const other = Buffer.from(secret.text).reverse().toString();
    const texts = Object.values({ ...ENCODINGS, ...UTF_16 }).map((encode) => encode(other));
    expect(search(texts.join('\n'))).toEqual([]);
  });
});

/** Every command that help tells of, and those below it. */
async function readCommands(...above: string[]): Promise<string[]> {
  const { stdout } = await runCli([...above, '--help'], { cwd: createFolder() });
  const [, list = ''] = /^Commands:\n([^]*?)(?:\n\n|$(?!\n))/m.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
  const below = above[0] === 'help' ? [] : names.filter((name) => above.length === 0 || name !== 'help');
  if (below.length === 0) return [above.join(' ')];
  return (await Promise.all(below.map((name) => readCommands(...above, name)))).flat();
}
