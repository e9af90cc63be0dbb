import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../src/errors.ts';

const ROOT = resolve(import.meta.dirname, '..');
const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
  test('has a row for every error code, equal to the error table', () => {
    const [, table = ''] = /<!-- errors -->\n([^]*?)\n<!-- \/errors -->/.exec(readme) ?? [];
    const rows = Object.entries(ERRORS).map(([code, row]) => {
      const { status = '', exit = '' } = row as { status?: number; exit?: number };
      return `| \`${code}\` | ${status} | ${exit} | ${row.party} | ${row.hint} |`;
    });
    expect(table.split('\n').slice(2)).toEqual(rows);
  });

  test.each([...readme.matchAll(/`(test\/[\w/.-]+)`|\]\(([\w/.-]+\.md)/g)].map(([, file, link]) => file ?? link ?? ''))(
    'names %s, which exists',
    (file) => {
      expect(existsSync(resolve(ROOT, file))).toBe(true);
    },
  );
});
