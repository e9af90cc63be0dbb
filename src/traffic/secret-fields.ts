import { isSecretField, isSecretObject } from './secret-names.ts';

const BACKSLASH = 0x5c;
// A name and its colon, as JSON and Python write them: in a string of JSON, as many backslashes stand before each mark.
const NAME = /(["'])(?=\s*:)(?<=\3\1([\w$.@-]{2,40})(\\*)\1)\s*:\s*/g;
const NUMBER = /-?\d[\d.eE+-]*/y;
const MARK_OR_BRACKET = /["'{}[\]]/g;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
// A content key has 16 bytes; other values are no secrets.
const CONTENT_KEY = /\\*"(?:[A-Za-z0-9+/]{22}==|[\da-f]{32})\\*"/iy;
// XML: an element without others in it, and an attribute.
const ELEMENT = /(<([\w.:-]{2,60})(?:\s[^<>]*)?>)([^<]+)(?=<\/|$)/g;
const ATTRIBUTE = /(\s([\w.:-]{2,60})\s*=\s*)("[^"<]*"|'[^'<]*')/g;

/** Masks the values of fields that hold secrets, whatever they are, wherever a text shows them. */
export function maskFields(text: string, mask: string): string {
  let masked = '';
  let from = 0;
  NAME.lastIndex = 0;
  for (let found; (found = NAME.exec(text)) !== null;) {
    const [, mark = '', name = '', slashes = ''] = found;
    const start = NAME.lastIndex;
    if (!holdsSecret(text, name, start)) continue;
    const end = endOfValue(text, start, slashes.length);
    if (end === start) continue;
    masked += text.slice(from, start) + slashes + mark + mask + slashes + mark;
    from = NAME.lastIndex = end;
  }
  return masked + text.slice(from);
}

export const maskMarkup = (text: string, mask: string): string =>
  text
    .replace(ELEMENT, (whole, tag: string, name: string) => (isSecretField(local(name)) ? tag + mask : whole))
    .replace(ATTRIBUTE, (whole, before: string, name: string) =>
      isSecretField(local(name)) ? `${before}"${mask}"` : whole,
    );

/** A name of XML without its prefix. */
const local = (name: string): string => name.slice(name.indexOf(':') + 1);

function holdsSecret(text: string, name: string, start: number): boolean {
  if (isSecretField(name) || (opensBracket(text, start) && isSecretObject(name))) return true;
  CONTENT_KEY.lastIndex = start;
  return name === 'value' && CONTENT_KEY.test(text);
}

/** Where there is nothing to mask, such as `null`, its start. */
function endOfValue(text: string, start: number, depth: number): number {
  if (opensBracket(text, start)) return endOfBrackets(text, start, depth);
  if (isMark(text[start + depth])) return endOfString(text, start + depth, depth);
  NUMBER.lastIndex = start;
  return NUMBER.test(text) ? NUMBER.lastIndex : start;
}

/** Of brackets that are not closed, the end of the text or of the string that they stand in. */
function endOfBrackets(text: string, start: number, depth: number): number {
  const opening = text.charAt(start);
  MARK_OR_BRACKET.lastIndex = start;
  for (let open = 0, found; (found = MARK_OR_BRACKET.exec(text)) !== null;) {
    const [char] = found;
    if (isMark(char)) {
      if (countBackslashes(text, found.index) < depth) return found.index;
      MARK_OR_BRACKET.lastIndex = endOfString(text, found.index, depth);
    } else if (char === opening) open++;
    else if (char === CLOSING[opening] && --open === 0) return MARK_OR_BRACKET.lastIndex;
  }
  return text.length;
}

/**
 * Behind the mark that ends the string which the mark at `start` begins: `depth` backslashes stand before each, and twice as
 * many and two for each that the string ends with (RFC 8259 §7). Fewer end a string around it.
 */
function endOfString(text: string, start: number, depth: number): number {
  const mark = text.charAt(start);
  for (let end = start; (end = text.indexOf(mark, end + 1)) !== -1;) {
    const backslashes = countBackslashes(text, end);
    if (backslashes < depth) return end - backslashes;
    if ((backslashes - depth) % (2 * (depth + 1)) === 0) return end + 1;
  }
  return text.length;
}

function countBackslashes(text: string, end: number): number {
  let start = end;
  while (start > 0 && text.charCodeAt(start - 1) === BACKSLASH) start--;
  return end - start;
}

const opensBracket = (text: string, at: number): boolean => text[at] === '{' || text[at] === '[';
const isMark = (char: string | undefined): boolean => char === '"' || char === "'";
