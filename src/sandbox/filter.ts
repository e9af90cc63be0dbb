import { valueAt, type Json } from './json.ts';
import { badRequest } from './replies.ts';

const HOLDS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

const CLAUSE = /([\w./]+)\s+(eq|ne|gt|ge|lt|le)\s+(?:'((?:[^']|'')*)'|([^\s']+))(?:\s+and\s+(?=\S)|$)/y;
const TIME = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/;

type Test = (item: Json) => boolean;

/** The part of OData's `$filter` that clients of MK.IO send: comparisons joined by `and`. */
export function parseFilter(text: string): Test {
  const source = text.trim();
  const clause = new RegExp(CLAUSE);
  const tests: Test[] = [];
  do {
    const match = clause.exec(source);
    if (match === null) throw badRequest(`$filter is not understood: ${text}`, '$filter');
    tests.push(testOf(match));
  } while (clause.lastIndex < source.length);
  return (item) => tests.every((test) => test(item));
}

function testOf([, field = '', operator = '', quoted, bare = '']: RegExpExecArray): Test {
  const literal = quoted === undefined ? parseBare(bare) : quoted.replaceAll("''", "'");
  return (item) => {
    const actual = fieldOf(item, field) ?? null;
    if (actual === null || literal === null) return operator === (actual === literal ? 'eq' : 'ne');
    return HOLDS[operator]?.(compareValues(actual, literal)) ?? false;
  };
}

/** OData does not quote numbers, booleans, null and times. */
function parseBare(text: string): unknown {
  return /^(?:null|true|false|-?\d+(?:\.\d+)?)$/.test(text) ? JSON.parse(text) : text;
}

/** Callers write both `created` and `properties/created`. */
export function fieldOf(item: Json, path: string): unknown {
  return valueAt(item, path) ?? valueAt(item.properties, path);
}

/** Compares times as times: `…:00Z` and `…:00.000000Z` are equal. */
export function compareValues(left: unknown, right: unknown): number {
  const [a, b] = [comparable(left), comparable(right)];
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [s, t] = [String(a), String(b)];
  return s < t ? -1 : s > t ? 1 : 0;
}

function comparable(value: unknown): string | number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return value === undefined || value === null ? '' : JSON.stringify(value);
  return TIME.test(value) ? Date.parse(value) : value;
}
