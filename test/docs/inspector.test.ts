import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { renderKey, SHORTCUTS } from '../../src/page/shortcuts.ts';
import { FILTER_KEYS } from '../../src/traffic/filter-keys.ts';
import { parseFilter } from '../../src/traffic/filter.ts';
import { readAdminPaths } from '../support/canary/admin.ts';

const doc = readFileSync(resolve(import.meta.dirname, '../../docs/inspector.md'), 'utf8');

test('docs/inspector.md lists every field of the filter language', () => {
  const [, table = ''] = /<!-- filter -->([^]*?)<!-- \/filter -->/.exec(doc) ?? [];
  const rows = [...table.matchAll(/^\| `(\w+):` *\| (.*?) *\|$/gm)].map(([, key, expects]) => [key, expects]);
  expect(rows).toEqual(Object.entries(FILTER_KEYS).map(([key, { expects }]) => [key, expects]));
});

test('docs/inspector.md shows only valid filters', () => {
  const shown = [...doc.matchAll(/--filter '([^']+)'|`(status:[^`]+)`/g)].map(([, flag, text]) => flag ?? text ?? '');
  expect(shown.length).toBeGreaterThan(1);
  for (const filter of shown) expect(parseFilter(filter)).not.toEqual([]);
});

test('docs/inspector.md lists every endpoint for traffic', async () => {
  const paths = (await readAdminPaths()).filter((path) => /^\/(?:exchanges|events|session)/.test(path));
  expect(paths).toContain('/events');
  for (const path of paths) expect(doc).toContain(path.replace(/\/body\/response$/, '/body/request'));
});

test('docs/inspector.md lists every shortcut of the page', () => {
  const [, table = ''] = /<!-- keys -->([^]*?)<!-- \/keys -->/.exec(doc) ?? [];
  const rows = table.trim().split('\n').slice(2);
  const written = Object.values(SHORTCUTS).map(({ keys, what }) => {
    return `| ${keys.map((key) => `\`${renderKey(key)}\``).join(' ')} | ${what} |`;
  });
  expect(rows).toEqual(written);
});

test('docs/inspector.md lists every column of the page', () => {
  const [, table = ''] = /\n\| column [^]*?\n\|[- |]*\n([^]*?)\n\n/.exec(doc) ?? [];
  const columns = table.split('\n').map((row) => row.split('|')[1]?.trim());
  const source = readFileSync(resolve(import.meta.dirname, '../../src/page/list/exchange-row.tsx'), 'utf8');
  expect(columns).toEqual([...source.matchAll(/title: '([^']+)' \}/g)].map(([, title]) => title));
});

test('docs/inspector.md and the README show pictures that exist', () => {
  const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
  const pictures = [...(doc + readme).matchAll(/!\[[^\]]+\]\((?:docs\/)?(images\/[^)]+)\)/g)].map(
    ([, path]) => path ?? '',
  );
  expect(pictures.length).toBeGreaterThan(3);
  for (const path of pictures) expect(existsSync(resolve(import.meta.dirname, '../../docs', path))).toBe(true);
});
