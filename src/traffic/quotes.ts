const BACKSLASH = 0x5c;
const MARK_OR_BRACKET = /["'{}[\]]/g;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
// What may stand behind the mark that ends a string, and does not behind one that begins it.
const BEHIND_STRING = /[\s,:}\]\\"']|$/y;

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
    if ((backslashes - depth) % (2 * (depth + 1)) === 0) return end + 1;
  }
  return text.length;
}

/** Whether a mark behind so many backslashes ends a string around that of the depth. */
const endsAround = (backslashes: number, depth: number): boolean => backslashes % (depth + 1) !== depth;

export function countBackslashes(text: string, end: number): number {
  let start = end;
  while (start > 0 && text.charCodeAt(start - 1) === BACKSLASH) start--;
  return end - start;
}

/** How many backslashes stand before the mark that begins a string at `start`; undefined where none begins there. */
export function readDepth(text: string, start: number): number | undefined {
  let mark = start;
  while (text.charCodeAt(mark) === BACKSLASH) mark++;
  if (!isMark(text[mark])) return undefined;
  BEHIND_STRING.lastIndex = mark + 1;
  return BEHIND_STRING.test(text) ? undefined : mark - start;
}
