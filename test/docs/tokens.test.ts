import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXAMINATIONS } from '../../src/cli/check/examinations.ts';
import { loadFlags } from '../../src/config/load.ts';
import { ERRORS } from '../../src/errors.ts';

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');
const guide = read('docs/tokens.md');
const tableBelow = (head: string): string[][] => {
  const [, rows = ''] = guide.split(`${head}\n`)[1]?.match(/^\| --- .*\n((?:\|.*\n?)+)/) ?? [];
  return rows
    .trim()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
};

describe('The guide to tokens', () => {
  const helpers = tableBelow('| keeper | `MKIO_TOKEN_COMMAND` |');

  test.each(helpers)('gives for %s a command that the setting takes', (_, cell = '') => {
    const tokenCommand = cell.replaceAll('`', '');
    expect(loadFlags({ tokenCommand }).config.token.command?.join(' ')).toBe(tokenCommand);
  });

  test('shows the common credential helpers', () => {
    expect(helpers.map(([, cell = '']) => cell.split(' ')[0])).toEqual(['`pass', '`op', '`az', '`vault', '`security']);
  });

  test('has a row for each examination of check, in order', () => {
    const rows = tableBelow('| `what` | tells | fails where |');
    expect(rows.map(([what]) => what)).toEqual(
      ['settings', ...EXAMINATIONS.map(({ what }) => what)].map((what) => `\`${what}\``),
    );
  });

  test('gives the exit codes of the error table', () => {
    const rows = tableBelow('| what is wrong | exit | code |');
    const told = rows.flatMap(([, exit, codes = '']) =>
      [...codes.matchAll(/`(\w+)`/g)].map(([, code = '']) => [code, Number(exit)]),
    );
    expect(told.length).toBeGreaterThan(6);
    const known = Object.entries(ERRORS).map(([code, row]) => [code, (row as { exit?: number }).exit]);
    for (const pair of told) expect(known).toContainEqual(pair);
  });

  test.each([...guide.matchAll(/```sh elsewhere\n([^]*?)```/g)].map(([, text = '']) => text))(
    'has a command for elsewhere that a shell can read: %s',
    (text) => {
      expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    },
  );

  test('is linked from the README', () => {
    expect(read('README.md')).toContain('](docs/tokens.md)');
  });
});
