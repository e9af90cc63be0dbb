import type { Rule } from '../config/policy.ts';
import { decode, fold } from './readings.ts';
import type { Path, Readings } from './readings.ts';

/** One non-empty segment. */
const ANY = Symbol('*');
/** Any number of segments, including none. */
const MANY = Symbol('**');

type Part = string | typeof ANY | typeof MANY;

/** A compiled method and path with wildcards. */
export interface Pattern {
  /** `*` for any; GET includes HEAD. */
  readonly method: string;
  readonly exact: readonly Part[];
  readonly folded: readonly Part[];
}

/** A request, in every way in which the upstream might read it. */
export interface Asked extends Readings {
  readonly method: string;
}

export function compilePattern({ method, path }: Pick<Rule, 'method' | 'path'>): Pattern {
  const words = path.replace(/^\//, '').split('/');
  const partsBy = (read: (word: string) => string): Part[] =>
    words.map((word) => (word === '*' ? ANY : word === '**' ? MANY : read(word)));
  return { method, exact: partsBy(decode), folded: partsBy((word) => fold(decode(word))) };
}

/** In an operation's template, `{name}` stands for one segment. */
export const compileTemplate = (method: string, template: string): Pattern =>
  compilePattern({ method, path: template.replace(/\{\w+\}/g, '*').replace(/\/$/, '') });

export const coversMethod = (pattern: Pattern, method: string): boolean =>
  pattern.method === method || pattern.method === '*' || (pattern.method === 'GET' && method === 'HEAD');

/** For denials: one matching reading is enough, ignoring case. */
export const matchesSome = (pattern: Pattern, { method, folded }: Asked): boolean =>
  coversMethod(pattern, method) && folded.some((path) => matches(pattern.folded, path));

/** For permissions: every reading must match, respecting case. */
export const matchesEvery = (pattern: Pattern, { method, exact }: Asked): boolean =>
  coversMethod(pattern, method) && exact.every((path) => matches(pattern.exact, path));

/** The same for several patterns that permit together. */
export const liesWithin = (patterns: readonly Pattern[], { method, exact }: Asked): boolean =>
  exact.every((path) => patterns.some((pattern) => coversMethod(pattern, method) && matches(pattern.exact, path)));

/** Backtracks only to the last `**`, so that matching takes at most length × length steps. */
export function matches(parts: readonly Part[], path: Path): boolean {
  let [part, segment, many, resume] = [0, 0, -1, 0];
  while (segment < path.length) {
    if (parts[part] === MANY) [many, resume] = [part++, segment];
    else if (part < parts.length && isSame(parts[part], path[segment])) [part, segment] = [part + 1, segment + 1];
    else if (many !== -1) [part, segment] = [many + 1, ++resume];
    else return false;
  }
  while (parts[part] === MANY) part++;
  return part === parts.length;
}

const isSame = (part: Part | undefined, segment: string | undefined): boolean =>
  part === ANY ? segment !== '' : part === segment;

/** Whether some request matches both. */
export const overlaps = (a: Pattern, b: Pattern): boolean =>
  (a.method === '*' || b.method === '*' || a.method === b.method) && meet(a.folded, b.folded);

function meet(a: readonly Part[], b: readonly Part[]): boolean {
  const [x, y] = [a[0], b[0]];
  if (x === MANY) return meet(a.slice(1), b) || (y !== undefined && meet(a, b.slice(1)));
  if (y === MANY) return meet(b, a);
  if (x === undefined || y === undefined) return x === y;
  return (x === ANY || y === ANY || x === y) && meet(a.slice(1), b.slice(1));
}
