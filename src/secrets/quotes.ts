const BACKSLASH = 0x5c;
const MARK_OR_BRACKET = /["'{}[\]]/g;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
// What may stand behind the mark that ends a string, and does not behind one that begins it.
const BEHIND_STRING = /[\s,:}\]\\"']|$/y;

const MAX_LOOK_BACK = 8_192;
// Names in apostrophes may stand close together.
const NEAR_LOOK_BACK = 512;
const END_OF_LINE = /[\r\n"']|(?<=\\)[rn]/g;
// What may stand before the mark that begins a string.
const BEFORE_STRING = /^[\s:,=([{]?$/;

export const isMark = (char: string | undefined): boolean => char === '"' || char === "'";
export const opensBracket = (text: string, at: number): boolean => text[at] === '{' || text[at] === '[';

/** Of brackets that are not closed, the end of the text or of the string that they stand in. */
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
 * Behind the mark that ends the string which the mark at `start` begins: `depth` backslashes stand before each, and twice as
 * many and two for each that the string ends with (RFC 8259 §7).
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

/** Whether a mark behind so many backslashes ends a string of the depth. */
const endsAt = (backslashes: number, depth: number): boolean => (backslashes - depth) % (2 * (depth + 1)) === 0;

/** Whether a mark behind so many backslashes ends a string around that of the depth. */
const endsAround = (backslashes: number, depth: number): boolean => backslashes % (depth + 1) !== depth;

export function countBackslashes(text: string, end: number): number {
  let start = end;
  while (start > 0 && text.charCodeAt(start - 1) === BACKSLASH) start--;
  return end - start;
}

/**
 * Where the line ends that `start` is in, or else the string around it: its marks have no more backslashes than that which
 * began it, and its line feeds one more.
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
  // What began with an apostrophe may have been none.
  BEHIND_STRING.lastIndex = at + 1;
  return char === '"' && depth === 0 && endsAt(backslashes, 0) && BEHIND_STRING.test(text);
}

/** How many backslashes stand before the mark that begins a string at `start`; undefined where none begins there. */
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

/** The string that a place stands in, as far as its line tells, near enough; undefined where it stands in none. */
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
    // It ends a string; what is around that has fewer.
    if (mark === '"') depth = backslashes;
    if (depth === 0) return undefined;
  }
  return undefined;
}

/** The text to the end of the string of JSON that a place stands in, where that begins close before, or all of it. */
export function withinString(text: string, place: number, start: number): string {
  const around = readAround(text, place, NEAR_LOOK_BACK);
  return around?.mark === '"' ? text.slice(0, endOfLine(text, start, around)) : text;
}
