import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');
const attacks = readdirSync(resolve(ROOT, 'test/security')).map((name) => `test/security/${name}`);

const [, table = ''] = /\n(\| who [^]*?)\n\n/.exec(read('docs/security.md')) ?? [];
const rows = table
  .split('\n')
  .slice(2)
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, who = '', tries = '', stops = '', shown = '', ...rest]) => ({ who, tries, stops, shown, rest }));
const testsOf = (shown: string): string[] => [...shown.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
const named = [...new Set(rows.flatMap(({ shown }) => testsOf(shown)))];

describe('The threat model', () => {
  test.each(rows)('tells what stops "$tries" and which test shows it', ({ tries, stops, shown, rest }) => {
    expect([tries, stops]).not.toContain('');
    expect(testsOf(shown)).not.toEqual([]);
    expect(rest).toEqual(['']);
  });

  test.each(named)('names %s, which exists', (path) => {
    expect(path).toMatch(/^test\/.+\.test\.ts$/);
    expect(existsSync(resolve(ROOT, path))).toBe(true);
  });

  test.each(attacks)('has a row for %s', (path) => {
    expect(named).toContain(path);
  });

  test('names the attacker in the first row of each group', () => {
    expect(rows[0]?.who).not.toBe('');
    const whos = rows.map(({ who }) => who).filter((who) => who !== '');
    expect(new Set(whos).size).toBe(whos.length);
  });

  test('is linked from the README and SECURITY.md', () => {
    expect(read('README.md')).toContain('](docs/security.md)');
    expect(read('SECURITY.md')).toContain('](docs/security.md)');
  });
});

test.each(attacks)('%s begins by telling its attack in at most four sentences', (path) => {
  const [head = ''] = /^(?:\/\/ .*\n)*/.exec(read(path)) ?? [];
  const comment = head
    .replaceAll(/^\/\/ /gm, '')
    .replaceAll('\n', ' ')
    .trim();
  expect(comment).toMatch(/^The attack: /);
  expect(comment.match(/[.!?](?= [A-Z]|$)/g)?.length).toBeOneOf([2, 3, 4]);
});
