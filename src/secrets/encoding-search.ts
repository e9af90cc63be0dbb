import { isBlank, readByte } from './escapes.ts';

/** None contains a byte that begins an escape. */
export interface Encoding {
  readonly bytes: Uint8Array;
  /** Whether line breaks and blanks may split it. */
  readonly isWrapped: boolean;
}

export interface EncodingTable {
  /** Encodings by their first byte, the longest first. */
  readonly byFirst: ReadonlyMap<number, readonly Encoding[]>;
  /** 1 for each byte that may begin an encoding, plain or escaped, else 0. */
  readonly starts: Uint8Array;
  readonly shortest: number;
  /** Bytes of the longest encoding if each of its bytes is escaped. */
  readonly longest: number;
  /** 1 for each byte that may occur in an encoding, an escape or a gap, else 0. */
  readonly alphabet: Uint8Array;
}

/** Start and end of each match: start, end, start, end … */
export type Ranges = readonly number[];

/** `open`: the text ends within the encoding. */
type Match = { readonly end: number } | 'open' | undefined;

const NONE: Ranges = [];
/** The longest gap in a wrapped encoding, e.g. a line break and an indent, in bytes. */
const LONGEST_GAP = 64;

/**
 * Each encoding is a run of at least `shortest` bytes of one alphabet, so every `shortest`-th byte of a text shows whether
 * it has such a run.
 */
export function findEncodings(table: EncodingTable, text: Uint8Array, begin: number, isWhole: boolean): Ranges {
  const { shortest, alphabet } = table;
  let ranges: number[] | undefined;
  for (let at = begin + shortest - 1, from = begin; at < text.length; at += shortest) {
    if (alphabet[text[at] ?? 0] === 0) continue;
    const start = startOfRun(alphabet, text, at, from);
    from = at;
    while (from < text.length && alphabet[text[from] ?? 0] !== 0) from++;
    if (from - start >= shortest) searchRun(table, text, { start, end: from, isWhole }, (ranges ??= []));
    at = from;
  }
  return ranges ?? NONE;
}

/** Looks at no encoding: the result would show how much of a secret the text holds. */
export function startOfOpenEnd({ alphabet, longest }: EncodingTable, text: Uint8Array): number {
  let start = startOfRun(alphabet, text, text.length, Math.max(0, text.length - longest + 1));
  while (start < text.length && isBlank(text[start] ?? 0)) start++;
  return start;
}

function startOfRun(alphabet: Uint8Array, text: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && alphabet[text[start - 1] ?? 0] !== 0) start--;
  return start;
}

interface Run {
  readonly start: number;
  readonly end: number;
  readonly isWhole: boolean;
}

function searchRun(table: EncodingTable, text: Uint8Array, { start, end, isWhole }: Run, ranges: number[]): void {
  const { starts, shortest } = table;
  let at = start;
  while (end - at >= shortest) {
    const match = starts[text[at] ?? 0] === 0 ? undefined : matchAt(table, text, at, isWhole);
    if (match === 'open') return;
    if (match !== undefined) ranges.push(at, match.end);
    at = match?.end ?? at + 1;
  }
}

/** The longest match. */
function matchAt({ byFirst, longest }: EncodingTable, text: Uint8Array, at: number, isWhole: boolean): Match {
  const first = readByte(text, at);
  if (first === 'cut') return isWhole ? undefined : 'open';
  for (const encoding of byFirst.get(first.byte) ?? NO_ENCODINGS) {
    const match = matchEncoding(encoding, longest, text, at);
    if (match !== undefined && (match !== 'open' || !isWhole)) return match;
  }
  return undefined;
}

const NO_ENCODINGS: readonly Encoding[] = [];

function matchEncoding({ bytes, isWrapped }: Encoding, longest: number, text: Uint8Array, start: number): Match {
  let at = start;
  for (let i = 0, gapEnd = Infinity; i < bytes.length;) {
    if (at - start >= longest) return undefined;
    if (at >= text.length) return 'open';
    const written = readByte(text, at);
    if (written === 'cut') return 'open';
    if (written.byte === bytes[i]) {
      i++;
      gapEnd = at + written.width + LONGEST_GAP;
    } else if (!isWrapped || i === 0 || at >= gapEnd || !isBlank(written.byte)) {
      return undefined;
    }
    at += written.width;
  }
  return { end: at };
}
