import { countBackslashes, endOfBrackets, endOfString, opensBracket, readDepth, withinString } from './quotes.ts';
import { isSecretField, isSecretHeader, isSecretObject } from './secret-names.ts';

// A quoted name and its colon (JSON, Python); within a JSON string, equal numbers of backslashes precede both quotes. Or a
// quoted name and a comma (header lists), optionally with the name of the value between.
const NAME =
  /(["'])(?=\s*:|(?<=(?:auth|authorization|cookie2?|key|password|secret|signature|token)\\*\1)\s*,)(?<=\3\1([\w$.@-]{2,60})(\\*)\1)\s*(?::|(,)(?:\s*\3\1\w{1,20}\3\1\s*:)?)\s*/gi;
const COLON = /\s*:/y;
const NUMBER = /-?\d[\d.eE+-]*/y;
// A content key has 16 bytes; other values are not secret.
const CONTENT_KEY = /\\*"(?:[A-Za-z0-9+/]{22}==|[\da-f]{32})\\*"/iy;
// XML: an element without children, and an attribute.
const ELEMENT = /(<([\w.:-]{2,60})(?:\s[^<>]*)?>)(?:[^<]+(?=<\/)|[^<"]+$)/g;
const ATTRIBUTE = /(\s([\w.:-]{2,60})\s*=\s*)(\\*)("[^"<]*?\3"|'[^'<]*?\3')/g;

/** Masks the values of secret fields anywhere in a text. */
export function maskFields(text: string, mask: string): string {
  let masked = '';
  let from = 0;
  NAME.lastIndex = 0;
  for (let found; (found = NAME.exec(text)) !== null;) {
    const [, mark = '', name = '', slashes = '', comma] = found;
    const start = NAME.lastIndex;
    const isField = comma === undefined;
    const isSecret = isField ? holdsSecret(text, name, start) : isSecretHeader(name);
    // A literal that an apostrophe opens within a JSON string may end after it.
    const place = found.index - name.length - 1 - 2 * slashes.length;
    const near = isSecret && mark === "'" ? withinString(text, place, start) : text;
    const end = isSecret ? endOfValue(near, start, { mark, depth: slashes.length, isField }) : start;
    if (end === start) {
      NAME.lastIndex = found.index + 1;
      continue;
    }
    masked += text.slice(from, start) + slashes + mark + mask + slashes + mark;
    from = NAME.lastIndex = end;
  }
  return masked + text.slice(from);
}

export const maskMarkup = (text: string, mask: string): string =>
  text
    .replace(ELEMENT, (whole, tag: string, name: string) => (isSecretField(local(name)) ? tag + mask : whole))
    .replace(ATTRIBUTE, (whole, before: string, name: string, slashes: string, value: string) => {
      const quotes = slashes + value.charAt(0);
      return isSecretField(local(name)) ? before + quotes + mask + quotes : whole;
    });

/** An XML name without its prefix. */
const local = (name: string): string => name.slice(name.indexOf(':') + 1);

function holdsSecret(text: string, name: string, start: number): boolean {
  if (isSecretField(name) || isSecretHeader(name) || (opensBracket(text, start) && isSecretObject(name))) return true;
  CONTENT_KEY.lastIndex = start;
  return name === 'value' && CONTENT_KEY.test(text);
}

interface Writing {
  /** Around the name. */
  readonly mark: string;
  readonly depth: number;
  readonly isField: boolean;
}

/** Equals `start` if there is nothing to mask, such as `null`. */
function endOfValue(text: string, start: number, { mark, depth, isField }: Writing): number {
  const first = start + depth;
  // A different quote than the name's may close the enclosing string.
  const isString = text[first] === mark ? countBackslashes(text, first) === depth : readDepth(text, start) === depth;
  const end = isString ? endOfString(text, first, depth) : start;
  // A text before a colon is the name of the next field.
  if (!isField) return isColon(text, end) ? start : end;
  if (isString) return end;
  if (opensBracket(text, start)) return endOfBrackets(text, start, depth);
  NUMBER.lastIndex = start;
  return NUMBER.test(text) ? NUMBER.lastIndex : start;
}

function isColon(text: string, at: number): boolean {
  COLON.lastIndex = at;
  return COLON.test(text);
}
