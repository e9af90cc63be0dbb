import { CUT, readByte } from './escapes.ts';

/** The spellings of secrets in bytes, as one search needs them. None of them holds a byte that begins an escape. */
export interface SpellingTable {
  /** Each spelling, in the order of their bytes: those that begin alike stand together. */
  readonly spellings: readonly Uint8Array[];
  readonly shortest: number;
  /** Bytes that the longest one may take where each of its bytes is escaped. */
  readonly longest: number;
  /** 1 for each byte that a spelling may hold, 2 for each that it may begin with. */
  readonly bytes: Uint8Array;
}

export interface Found {
  /** Where spellings start and end: start, end, start, end … */
  readonly ranges: readonly number[];
  /** Where a spelling begins that the bytes end in; their length where none does. */
  readonly open: number;
}

const NONE: readonly number[] = [];
const UNDECIDED = -1;

/**
 * Finds spellings in time that hardly grows with their number: each of them is a run of at least `shortest` bytes of one
 * alphabet, so that looking at every `shortest`-th byte is enough to see that text has no such run.
 */
export function findSpellings(table: SpellingTable, text: Uint8Array, last: boolean): Found {
  const { shortest, bytes } = table;
  let ranges: number[] | undefined;
  for (let at = shortest - 1, from = 0; at < text.length; at += shortest) {
    if (bytes[text[at] ?? 0] === 0) continue;
    const start = startOfRun(bytes, text, at, from);
    from = at;
    while (from < text.length && bytes[text[from] ?? 0] !== 0) from++;
    if (from - start >= shortest) searchRun(table, text, { start, end: from, last }, (ranges ??= []));
    at = from;
  }
  const open = last ? text.length : findBeginning(table, text, ranges?.at(-1) ?? 0);
  return { ranges: ranges ?? NONE, open };
}

function startOfRun(bytes: Uint8Array, text: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && bytes[text[start - 1] ?? 0] !== 0) start--;
  return start;
}

interface Run {
  readonly start: number;
  readonly end: number;
  /** Whether the text ends for good. */
  readonly last: boolean;
}

function searchRun(table: SpellingTable, text: Uint8Array, { start, end, last }: Run, ranges: number[]): void {
  let at = start;
  while (end - at >= table.shortest) {
    const matched = table.bytes[text[at] ?? 0] === 2 ? matchAt(table, text, at, last) : 0;
    if (matched === UNDECIDED && !last) return; // it goes on to the end of the text
    if (matched > 0) ranges.push(at, matched);
    at = matched > 0 ? matched : at + 1;
  }
}

function findBeginning(table: SpellingTable, text: Uint8Array, from: number): number {
  const earliest = Math.max(from, text.length - table.longest + 1);
  let at = startOfRun(table.bytes, text, text.length, earliest);
  while (at < text.length && !(table.bytes[text[at] ?? 0] === 2 && matchAt(table, text, at, false) === UNDECIDED)) at++;
  return at;
}

/**
 * Where the longest spelling that begins at `at` ends; 0 where none does, UNDECIDED where the text ends in one, or in one
 * that may go on as a longer one.
 *
 * In their order, the spellings that agree with the text so far are one stretch, which each further byte narrows: a
 * hundred tokens with the same beginning cost no more than one.
 */
function matchAt({ spellings }: SpellingTable, text: Uint8Array, at: number, last: boolean): number {
  let [low, high, end] = [0, spellings.length, 0];
  for (let depth = 0; low < high; depth++) {
    if (spellings[low]?.length === depth) {
      end = at;
      if (++low === high) break;
    }
    const written = at < text.length ? readByte(text, at) : CUT;
    if (written === CUT) return (last && end) || UNDECIDED;
    const byte = written & 0xff;
    if (spellings[low]?.[depth] !== byte || spellings[high - 1]?.[depth] !== byte) {
      low = firstFrom(spellings, low, high, depth, byte);
      high = firstFrom(spellings, low, high, depth, byte + 1);
    }
    at += written >> 8;
  }
  return end;
}

/** The first spelling of a stretch that has at least `byte` at `depth`. */
function firstFrom(spellings: readonly Uint8Array[], low: number, high: number, depth: number, byte: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spellings[middle]?.[depth] ?? 0) < byte) low = middle + 1;
    else high = middle;
  }
  return low;
}
