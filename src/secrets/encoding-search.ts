import { readByte } from './escapes.ts';

/** The encodings of secrets as bytes. None of them contains a byte that begins an escape. */
export interface EncodingTable {
  /** Encodings by their first byte, the longest first. */
  readonly byFirst: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly shortest: number;
  /** Bytes of the longest encoding if each of its bytes is escaped. */
  readonly longest: number;
  /** 1 for each byte that may occur in an encoding or an escape, else 0. */
  readonly alphabet: Uint8Array;
}

export interface Found {
  /** Start and end of each match: start, end, start, end … */
  readonly ranges: readonly number[];
  /** Start of an unfinished match at the end of the bytes; their length without one. */
  readonly open: number;
}

/** `open`: the text ends within the encoding. */
type Match = { readonly end: number } | 'open' | undefined;

const NONE: readonly number[] = [];

/**
 * Each encoding is a run of at least `shortest` bytes of one alphabet, so every `shortest`-th byte of a text shows whether
 * it has such a run.
 *
 * @param last whether nothing follows; otherwise an unfinished match at the end is reported too
 */
export function findEncodings(table: EncodingTable, text: Uint8Array, last: boolean): Found {
  const { shortest, alphabet } = table;
  let ranges: number[] | undefined;
  for (let at = shortest - 1, from = 0; at < text.length; at += shortest) {
    if (alphabet[text[at] ?? 0] === 0) continue;
    const start = startOfRun(alphabet, text, at, from);
    from = at;
    while (from < text.length && alphabet[text[from] ?? 0] !== 0) from++;
    if (from - start >= shortest) searchRun(table, text, { start, end: from, last }, (ranges ??= []));
    at = from;
  }
  const open = last ? text.length : findOpen(table, text, ranges?.at(-1) ?? 0);
  return { ranges: ranges ?? NONE, open };
}

function startOfRun(alphabet: Uint8Array, text: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && alphabet[text[start - 1] ?? 0] !== 0) start--;
  return start;
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

function searchRun(table: EncodingTable, text: Uint8Array, { start, end, last }: Run, ranges: number[]): void {
  let at = start;
  while (end - at >= table.shortest) {
    const match = matchAt(table, text, at);
    if (match === 'open' && !last) return; // findOpen reports it
    if (typeof match === 'object') ranges.push(at, match.end);
    at = typeof match === 'object' ? match.end : at + 1;
  }
}

function findOpen(table: EncodingTable, text: Uint8Array, from: number): number {
  const earliest = Math.max(from, text.length - table.longest + 1);
  let at = startOfRun(table.alphabet, text, text.length, earliest);
  while (at < text.length && matchAt(table, text, at) !== 'open') at++;
  return at;
}

function matchAt({ byFirst }: EncodingTable, text: Uint8Array, at: number): Match {
  const first = readByte(text, at);
  if (first === 'cut') return 'open';
  let found: Match;
  for (const encoding of byFirst.get(first.byte) ?? NO_ENCODINGS) {
    const match = matchEncoding(encoding, text, at);
    if (match === 'open') return match;
    found ??= match;
  }
  return found;
}

const NO_ENCODINGS: readonly Uint8Array[] = [];

function matchEncoding(encoding: Uint8Array, text: Uint8Array, start: number): Match {
  let at = start;
  for (const expected of encoding) {
    if (at >= text.length) return 'open';
    const written = readByte(text, at);
    if (written === 'cut') return 'open';
    if (written.byte !== expected) return undefined;
    at += written.width;
  }
  return { end: at };
}
