import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { FILTER_KEYS } from '../../src/traffic/filter-keys.ts';
import { parseFilter } from '../../src/traffic/filter.ts';
import { readAdminPaths } from '../support/canary-admin.ts';

const doc = readFileSync(resolve(import.meta.dirname, '../../docs/inspector.md'), 'utf8');

test('docs/inspector.md has every field of the filter language', () => {
  const [, table = ''] = /<!-- filter -->([^]*?)<!-- \/filter -->/.exec(doc) ?? [];
  const rows = [...table.matchAll(/^\| `(\w+):` *\| (.*?) *\|$/gm)].map(([, key, expects]) => [key, expects]);
  expect(rows).toEqual(Object.entries(FILTER_KEYS).map(([key, { expects }]) => [key, expects]));
});

test('docs/inspector.md shows filters that can be read', () => {
  const shown = [...doc.matchAll(/--filter '([^']+)'|`(status:[^`]+)`/g)].map(([, flag, text]) => flag ?? text ?? '');
  expect(shown.length).toBeGreaterThan(1);
  for (const filter of shown) expect(parseFilter(filter)).not.toEqual([]);
});

test('docs/inspector.md has every endpoint that shows traffic', () => {
  const paths = readAdminPaths().filter((path) => /^\/(?:exchanges|events|session)/.test(path));
  expect(paths).toContain('/events');
  for (const path of paths) expect(doc).toContain(path.replace(/\/body\/response$/, '/body/request'));
});
