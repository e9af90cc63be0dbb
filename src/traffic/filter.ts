import type { Accepts, FilterKey } from './filter-keys.ts';
import { compileText, FILTER_KEYS } from './filter-keys.ts';

/** One condition: a key with alternative values, or free text. */
export interface Term {
  readonly negated: boolean;
  /** undefined: free text. */
  readonly key: FilterKey | undefined;
  readonly values: readonly string[];
}

/** Names the error, its position and the valid input. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
  /** Position of the error, counted from 1. */
  readonly position: number;

  constructor(problem: string, index: number) {
    super(`${problem} (at character ${index + 1})`);
    this.position = index + 1;
  }
}

const SPACE = /\s*/y;
const KEY = /(\w+):/y;
const QUOTED = /"((?:[^"\\]|\\["\\])*)"/y;
const VALUE = /[^\s",]+/y;
const WORD = /[^\s":]+/y;
const PLAIN_VALUE = /^[^\s",]+$/;
const PLAIN_WORD = /^[^\s":-][^\s":]*$/;
const NAMES = Object.keys(FILTER_KEYS) as readonly FilterKey[];

/**
 * Reads `status:4xx,5xx -method:get op:assets ms:>500 "some text"`: all terms must match.
 *
 * @throws FilterError
 */
export function parseFilter(text: string): readonly Term[] {
  const terms: Term[] = [];
  let at = matchAt(SPACE, text, 0)?.length ?? 0;
  while (at < text.length) {
    const [term, end] = readTerm(text, at);
    if (end < text.length && !/\s/.test(text[end] ?? '')) throw new FilterError('a space is missing', end);
    terms.push(term);
    at = end + (matchAt(SPACE, text, end)?.length ?? 0);
  }
  return terms;
}

/** The filter as text; parsing it returns the same terms. */
export const renderFilter = (terms: readonly Term[]): string => terms.map(renderTerm).join(' ');

/** Whether an exchange matches. */
export function createMatcher(terms: readonly Term[]): Accepts {
  const conditions = terms.map(({ negated, key, values }): Accepts => {
    const alternatives = values.flatMap((value) => compile(key, value) ?? []);
    return (exchange) => alternatives.some((accepts) => accepts(exchange)) !== negated;
  });
  return (exchange) => conditions.every((accepts) => accepts(exchange));
}

const compile = (key: FilterKey | undefined, value: string): Accepts | undefined =>
  key === undefined ? compileText(value) : FILTER_KEYS[key].compile(value);

type Read<T> = readonly [found: T, end: number];

function readTerm(text: string, start: number): Read<Term> {
  const negated = text[start] === '-';
  const at = negated ? start + 1 : start;
  const named = matchAt(KEY, text, at);
  if (named === undefined) {
    const [word, end] = readWord(text, at);
    return [{ negated, key: undefined, values: [word] }, end];
  }
  const name = named.slice(0, -1).toLowerCase();
  const key = NAMES.find((known) => known === name);
  if (key === undefined) {
    throw new FilterError(
      `there is no field "${name}": use one of ${NAMES.join(', ')}, or put text with a colon in quotes`,
      at,
    );
  }
  const [values, end] = readValues(text, at + named.length, key);
  return [{ negated, key, values }, end];
}

function readWord(text: string, at: number): Read<string> {
  const [word, end] = readQuoted(text, at) ?? readPlain(WORD, text, at);
  if (word === '') throw new FilterError('text is missing: give a word, or "several words" in quotes', at);
  return [word, end];
}

function readValues(text: string, start: number, key: FilterKey): Read<readonly string[]> {
  const values: string[] = [];
  for (let at = start; ; at++) {
    const [value, end] = readQuoted(text, at) ?? readPlain(VALUE, text, at);
    if (value === '' || compile(key, value) === undefined) {
      throw new FilterError(`${key}: takes ${FILTER_KEYS[key].expects}`, at);
    }
    values.push(value);
    at = end;
    if (text[at] !== ',') return [values, at];
  }
}

function readQuoted(text: string, at: number): Read<string> | undefined {
  if (text[at] !== '"') return undefined;
  const quoted = matchAt(QUOTED, text, at);
  if (quoted === undefined)
    throw new FilterError('the quotes that begin here do not end; \\" stands for one within', at);
  return [quoted.slice(1, -1).replace(/\\(.)/g, '$1'), at + quoted.length];
}

function readPlain(pattern: RegExp, text: string, at: number): Read<string> {
  const plain = matchAt(pattern, text, at) ?? '';
  return [plain, at + plain.length];
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function renderTerm({ negated, key, values }: Term): string {
  const isPlain = key === undefined ? PLAIN_WORD : PLAIN_VALUE;
  const written = values.map((value) => (isPlain.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`));
  return `${negated ? '-' : ''}${key === undefined ? '' : `${key}:`}${written.join(',')}`;
}
