/** The spellings of secrets in bytes, as one search needs them. */
export interface SpellingTable {
  /** Each spelling, the longest first, so that one that holds another one is found whole. */
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
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

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
    if (from - start >= shortest) searchRun(table, text, start, from, (ranges ??= []));
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

function searchRun(table: SpellingTable, text: Uint8Array, start: number, end: number, ranges: number[]): void {
  let at = start;
  while (end - at >= table.shortest) {
    const matched = table.bytes[text[at] ?? 0] === 2 ? matchAt(table, text, at) : 0;
    if (matched > 0) ranges.push(at, matched);
    at = matched > 0 ? matched : at + 1;
  }
}

function findBeginning(table: SpellingTable, text: Uint8Array, from: number): number {
  const earliest = Math.max(from, text.length - table.longest + 1);
  let at = startOfRun(table.bytes, text, text.length, earliest);
  while (at < text.length && !(table.bytes[text[at] ?? 0] === 2 && matchAt(table, text, at) === UNDECIDED)) at++;
  return at;
}

/** Where a spelling that begins at `at` ends; 0 where none does, UNDECIDED where the text ends in one. */
function matchAt({ spellings }: SpellingTable, text: Uint8Array, at: number): number {
  let undecided = 0;
  for (const spelling of spellings) {
    const end = matchSpelling(spelling, text, at);
    if (end > 0) return end;
    undecided ||= end;
  }
  return undecided;
}

function matchSpelling(spelling: Uint8Array, text: Uint8Array, start: number): number {
  let at = start;
  for (const byte of spelling) {
    if (at >= text.length) return UNDECIDED;
    if (text[at] === byte) {
      at++;
      continue;
    }
    const width = matchEscape(byte, text, at);
    if (width <= 0) return width;
    at += width;
  }
  return at;
}

/**
 * The width of a byte's escape: percent-encoded (RFC 3986 §2.1) once or twice, a character reference of HTML (WHATWG HTML
 * §13.5), or of JSON (RFC 8259 §7).
 */
function matchEscape(byte: number, text: Uint8Array, at: number): number {
  switch (text[at]) {
    case PERCENT:
      return matchText(`%${hexOf(byte)}`, text, at) || matchText(`%25${hexOf(byte)}`, text, at);
    case AMPERSAND:
      return matchText(`&#${byte};`, text, at) || matchText(`&#x${hexOf(byte)};`, text, at);
    case BACKSLASH:
      return (byte === SLASH && matchText('\\/', text, at)) || matchText(`\\u00${hexOf(byte)}`, text, at);
    default:
      return 0;
  }
}

const hexOf = (byte: number): string => byte.toString(16).padStart(2, '0');

/** The width of an escape whose hexadecimal digits may be in upper case. */
function matchText(escape: string, text: Uint8Array, at: number): number {
  for (let i = 0; i < escape.length; i++) {
    if (at + i >= text.length) return UNDECIDED;
    const found = text[at + i] ?? 0;
    const isUpperHex = found >= 0x41 && found <= 0x46;
    if ((isUpperHex ? found + 0x20 : found) !== escape.charCodeAt(i)) return 0;
  }
  return escape.length;
}
