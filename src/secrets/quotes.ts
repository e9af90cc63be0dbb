const BACKSLASH = 0x5c;
const MARK_OR_BRACKET = /["'{}[\]]/g;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
// Follows a closing quote, but not an opening one.
const BEHIND_STRING = /[\s,:}\]\\"']|$/y;

const MAX_LOOK_BACK = 8_192;
// Names in apostrophes may be close together.
const NEAR_LOOK_BACK = 512;
const END_OF_LINE = /[\r\n"']|(?<=\\)[rn]/g;
// Precedes an opening quote.
const BEFORE_STRING = /^[\s:,=([{]?$/;

export const isMark = (char: string | undefined): boolean => char === '"' || char === "'";
export const opensBracket = (text: string, at: number): boolean => text[at] === '{' || text[at] === '[';

/** For unclosed brackets: the end of the text, or of the enclosing string. */
export function endOfBrackets(text: string, start: number, depth: number): number {
  const opening = text.charAt(start);
  MARK_OR_BRACKET.lastIndex = start;
  for (let open = 0, found; (found = MARK_OR_BRACKET.exec(text)) !== null;) {
    const [char] = found;
    if (isMark(char)) {
      const backslashes = countBackslashes(text, found.index);
      if (endsAround(backslashes, depth)) return found.index - backslashes;
      MARK_OR_BRACKET.lastIndex = endOfString(text, found.index, depth);
    } else if (char === opening) open++;
    else if (char === CLOSING[opening] && --open === 0) return MARK_OR_BRACKET.lastIndex;
  }
  return text.length;
}

/**
 * The end of the string that the quote at `start` opens. `depth` backslashes precede both quotes; an escaped backslash at the
 * end of the string adds twice as many and two (RFC 8259 §7).
 */
export function endOfString(text: string, start: number, depth: number): number {
  const mark = text.charAt(start);
  for (let end = start; (end = text.indexOf(mark, end + 1)) !== -1;) {
    const backslashes = countBackslashes(text, end);
    if (endsAround(backslashes, depth)) return end - backslashes;
    if (endsAt(backslashes, depth)) return end + 1;
  }
  return text.length;
}

/** Whether a quote after so many backslashes closes a string of this depth. */
const endsAt = (backslashes: number, depth: number): boolean => (backslashes - depth) % (2 * (depth + 1)) === 0;

/** Whether a quote after so many backslashes closes a string around that of this depth. */
const endsAround = (backslashes: number, depth: number): boolean => backslashes % (depth + 1) !== depth;

export function countBackslashes(text: string, end: number): number {
  let start = end;
  while (start > 0 && text.charCodeAt(start - 1) === BACKSLASH) start--;
  return end - start;
}

/**
 * End of the line, or of the enclosing string literal if that comes first.
 */
export function endOfLine(text: string, start: number, around: Around | undefined): number {
  END_OF_LINE.lastIndex = start;
  for (let found; (found = END_OF_LINE.exec(text)) !== null;) {
    const [char] = found;
    if (char === '\n' || char === '\r') return found.index;
    if (around === undefined) continue;
    const { depth } = around;
    const backslashes = countBackslashes(text, found.index);
    if (!isMark(char)) {
      if (backslashes === depth + 1) return Math.max(start, found.index - backslashes);
    } else if (endsString(text, { at: found.index, backslashes }, around)) {
      return Math.max(start, found.index - Math.min(backslashes, depth));
    }
  }
  return text.length;
}

interface Mark {
  readonly at: number;
  readonly backslashes: number;
}

function endsString(text: string, { at, backslashes }: Mark, { mark, depth }: Around): boolean {
  const char = text.charAt(at);
  if (char === mark) return backslashes < depth || endsAt(backslashes, depth);
  // The opening ' may be an apostrophe (it's), so a plain " also closes.
  BEHIND_STRING.lastIndex = at + 1;
  return char === '"' && depth === 0 && endsAt(backslashes, 0) && BEHIND_STRING.test(text);
}

/** Number of backslashes before the quote that opens a string at `start`; undefined without one. */
export function readDepth(text: string, start: number): number | undefined {
  let mark = start;
  while (text.charCodeAt(mark) === BACKSLASH) mark++;
  if (!isMark(text[mark])) return undefined;
  BEHIND_STRING.lastIndex = mark + 1;
  return BEHIND_STRING.test(text) ? undefined : mark - start;
}

export interface Around {
  readonly mark: string;
  readonly depth: number;
}

/** The string around a position, judged by its line; undefined outside of strings. */
export function readAround(text: string, place: number, maxLookBack = MAX_LOOK_BACK): Around | undefined {
  let depth = Infinity;
  const furthest = Math.max(0, place - maxLookBack);
  for (let at = place - 1; at >= furthest && text[at] !== '\n' && text[at] !== '\r'; at--) {
    const mark = text.charAt(at);
    if (!isMark(mark)) continue;
    const backslashes = countBackslashes(text, at);
    at -= backslashes;
    if (backslashes >= depth) continue;
    const before = text.charAt(at - 1);
    const beginsAnother = isMark(before) && countBackslashes(text, at - 1) < backslashes;
    if (beginsAnother || BEFORE_STRING.test(before)) return { mark, depth: backslashes };
    // A closing quote; the strings around it have fewer backslashes.
    if (mark === '"') depth = backslashes;
    if (depth === 0) return undefined;
  }
  return undefined;
}

/** The text up to the end of the JSON string around a position, if it opens shortly before; else all of it. */
export function withinString(text: string, place: number, start: number): string {
  const around = readAround(text, place, NEAR_LOOK_BACK);
  return around?.mark === '"' ? text.slice(0, endOfLine(text, start, around)) : text;
}
