import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  findInJson,
  listFoldable,
  listJsonLines,
  parseJsonTree,
  pathsAbove,
} from '../../src/page/detail/json-lines.ts';

const treeOf = (text: string): object => parseJsonTree(text) ?? {};
const shown = (root: object, ...rest: [Map<string, boolean>?, Set<string>?]): string[] =>
  listJsonLines(root, rest[0] ?? new Map<string, boolean>(), rest[1]).map(
    ({ depth, name, text }) => `${' '.repeat(depth)}${name ?? ''} ${text}`,
  );

describe('a body as a tree', () => {
  test('has a line for each value, in order', () => {
    expect(shown(treeOf('{"b":[1,"x",null,true],"a":{},"c":[]}'))).toEqual([
      ' {3}',
      ' b [4]',
      '  0 1',
      '  1 "x"',
      '  2 null',
      '  3 true',
      ' a {}',
      ' c []',
    ]);
  });

  test('is folded from the fourth level on, and at large values', () => {
    expect(shown(treeOf('{"a":{"b":{"c":{"d":1}}}}'))).toEqual([' {1}', ' a {1}', '  b {1}', '   c {1}']);
    expect(shown({ many: Array.from({ length: 101 }, () => 0) })).toEqual([' {1}', ' many [101]']);
  });

  test('is folded and unfolded as asked', () => {
    const root = treeOf('{"a":{"b":1}}');
    expect(shown(root, new Map([['/a', false]]))).toEqual([' {1}', ' a {1}']);
    expect(listFoldable(root)).toEqual(['', '/a']);
  });

  test('shows matches and their ancestors', () => {
    const root = treeOf('{"a":{"b":{"c":{"needle":1,"d/e":"a NEEDLE"}}}}');
    const found = findInJson(root, 'Needle');
    expect(found).toEqual(['/a/b/c/needle', '/a/b/c/d~1e']);
    expect(shown(root, new Map(), new Set(pathsAbove(found)))).toHaveLength(6);
    expect(findInJson(root, '')).toEqual([]);
  });

  test('keeps names that are special in JavaScript', () => {
    expect(shown(treeOf('{"__proto__":{"x":1},"constructor":2}'))).toEqual([
      ' {2}',
      ' __proto__ {1}',
      '  x 1',
      ' constructor 2',
    ]);
  });

  test.each(['', 'text', '7', '"x"', 'null', '{"a":', '{"a":1} '.repeat(2)])('is none for %j', (text) => {
    expect(parseJsonTree(text)).toBeUndefined();
  });

  test.each([199, 201, 5_000, 30_000])('that is %i levels deep becomes a tree or none, at little cost', (depth) => {
    const root = parseJsonTree('['.repeat(depth) + ']'.repeat(depth));
    expect(root === undefined).toBe(depth > 200);
    if (root !== undefined) expect(listFoldable(root)).toHaveLength(depth - 1);
  });

  test('has all values of any JSON when unfolded', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const root = treeOf(JSON.stringify(value));
        const all = new Map(listFoldable(root).map((path) => [path, true]));
        const lines = listJsonLines(root, all);
        expect(new Set(lines.map(({ path }) => path)).size).toBe(lines.length);
        expect(lines.length).toBe(countValues(value));
      }),
    );
  });
});

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, entry) => sum + countValues(entry), 1);
}
