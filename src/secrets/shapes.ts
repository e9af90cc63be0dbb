import {
  countBackslashes,
  endOfBrackets,
  endOfLine,
  endOfString,
  isMark,
  readAround,
  readDepth,
  withinString,
} from './quotes.ts';
import { maskFields, maskMarkup } from './secret-fields.ts';
import { isCommonWord, isSecretParameter, SECRET_HEADER, SECRET_LINE } from './secret-names.ts';

// The three parts of a JWT or the five of a JWE (RFC 7519 §3); dots may be percent-encoded.
const JWT = /eyJ[\w-]{8,1024}(?:(?:\.|%2[eE])[\w-]*){2,4}/g;
// A key of `mkio-proxy key new`.
const CALLER_KEY = /mkp_[\w-]{43}/g;
// A name and its `=` in links, fragments (RFC 6749 §4.2.2), JSON and prose, encoded once or twice; not after another `=`, as
// in MK.IO's `$label=key%3Dvalue`. An unmasked value is searched too.
const PARAMETER =
  /(?:=|%(?:25)?3d)(?<=(?:(?<![\w$.~%=-])|%(?:25)?(?:3f|26|23)|\\u0026)((?:[\w$.~-]|%(?!(?:25)?(?:3d|26|3f|23))[\da-f]{2}){1,64})(?:=|%(?:25)?3d))/gi;
// An apostrophe belongs to the value if a word character follows.
const PARAMETER_VALUE = /(?:(?:bearer|basic)(?:\s|\+|%20)+)?(?:(?!%(?:25)?26|\\u0026)(?:[^&#\s"'<>]|'(?=\w)))+/iy;
// Precedes a word in prose, but not a parameter in a link.
const PROSE = /[\s"'([{,:]/;
// Some write `\/` in JSON (RFC 8259 §7).
const USER_INFO = /(:\\?\/\\?\/)[^\s/?#@"'<>\\]+@/g;
// The stream key is the last segment of an ingest address.
const STREAM_KEY = /(\brtmps?:\\?\/\\?\/(?:[^\s"'<>/]+\/)+)[^\s"'<>/?\\]+/gi;
// The end of a secret header name. Tested first, because most texts have none.
const HEADER_NAME_END = /[:=](?<=(?:auth|authorization|cookie2?|key|passwd|password|secret|signature|token)\s*.)/i;
// A header field on its own line; quotes do not end its value (RFC 9110 §11.2, RFC 6265 §4.1.1).
const HEADER_LINE = new RegExp(String.raw`^([ \t]*(?:${SECRET_LINE})[ \t]*:[ \t]*)[^\r\n]+`, 'gim');
// The same anywhere in a line, with an unquoted name.
const HEADER = new RegExp(String.raw`[:=](?<=(?:(?<!\w)|(?<=\\[nrt]))(${SECRET_HEADER}\s*).)\s*`, 'gi');
const LIST_BEGIN = /\[\s*/y;
const CREDENTIALS = /\b(bearer|basic)(\s+)[\w\-.~+/]{20,}=*/gi;
const FIELD_SEPARATOR = /["']\s*[:,]/;

// Needless JSON escapes of printable ASCII, except the backslash (RFC 8259 §7). Within a JSON string the backslash of an
// escape is escaped too.
const ESCAPED = /(?<!\\)(\\|\\{2}|\\{4}|\\{8})u00(?!5c|7f)([2-7][\da-f])/gi;

/** Masks values that look like secrets, even behind JSON escapes. */
export function maskShapes(text: string, mask: string): string {
  const masked = maskPlain(text, mask);
  if (!masked.includes('\\u00')) return masked;
  const plain = masked.replace(ESCAPED, (_, slashes: string, hex: string) => unescape(slashes, hex));
  const maskedAgain = maskPlain(plain, mask);
  return maskedAgain === plain ? masked : maskedAgain;
}

/** A quote stays escaped, in the short form. */
const unescape = (slashes: string, hex: string): string =>
  hex === '22' ? `${slashes}${slashes.slice(1)}"` : String.fromCharCode(parseInt(hex, 16));

/** Each step tests first for a character that it requires. */
function maskPlain(text: string, mask: string): string {
  let masked = text;
  if (masked.includes('eyJ')) masked = masked.replace(JWT, mask);
  if (masked.includes('mkp_')) masked = masked.replace(CALLER_KEY, mask);
  if (masked.includes('=') || masked.includes('%3') || masked.includes('%253')) masked = maskParameters(masked, mask);
  if (masked.includes('://') || masked.includes(':\\/'))
    masked = masked.replace(USER_INFO, `$1${mask}@`).replace(STREAM_KEY, `$1${mask}`);
  if (masked.includes(' ')) masked = masked.replace(CREDENTIALS, `$1$2${mask}`);
  if (masked.includes(':') || masked.includes('=')) masked = maskHeaders(masked, mask);
  if (FIELD_SEPARATOR.test(masked)) masked = maskFields(masked, mask);
  if (masked.includes('</') || masked.includes('/>')) masked = maskMarkup(masked, mask);
  return masked;
}

const maskParameters = (text: string, mask: string): string =>
  maskBehind(text, PARAMETER, {
    mask,
    isSecret: (name, first) => isSecretParameter(name) && !(isCommonWord(name) && PROSE.test(text.charAt(first - 1))),
    endOfBare: endOfParameter,
  });

/** On a line of its own, and elsewhere. */
function maskHeaders(text: string, mask: string): string {
  if (!HEADER_NAME_END.test(text)) return text;
  const masked = text.replace(HEADER_LINE, `$1${mask}`);
  return maskBehind(masked, HEADER, { mask, isSecret: () => true, endOfBare: endOfHeader });
}

interface Behind {
  readonly mask: string;
  /** @param first start of the name */
  readonly isSecret: (name: string, first: number) => boolean;
  /** End of an unquoted value; `name` is the start of its name. */
  readonly endOfBare: (text: string, name: number, start: number) => number;
}

/** Masks the value after each name. */
function maskBehind(text: string, names: RegExp, { mask, isSecret, endOfBare }: Behind): string {
  let masked = '';
  let from = 0;
  for (const { 0: found, 1: name = '', index } of text.matchAll(names)) {
    const start = index + found.length;
    const first = index - name.length;
    if (first < from || !isSecret(name, first)) continue;
    const depth = readDepth(text, start);
    const quotes = depth === undefined ? '' : text.slice(start, start + depth + 1);
    const end = depth === undefined ? endOfBare(text, first, start) : endOfQuoted(text, start, depth);
    if (end <= start) continue;
    masked += text.slice(from, start) + quotes + mask + quotes;
    from = end;
  }
  return masked + text.slice(from);
}

function endOfParameter(text: string, _: number, start: number): number {
  PARAMETER_VALUE.lastIndex = start;
  return PARAMETER_VALUE.test(text) ? beforeMark(text, PARAMETER_VALUE.lastIndex) : start;
}

function endOfHeader(text: string, name: number, start: number): number {
  if (text.slice(name, start).includes('=')) return endOfParameter(text, name, start);
  LIST_BEGIN.lastIndex = start;
  const depth = LIST_BEGIN.test(text) ? readDepth(text, LIST_BEGIN.lastIndex) : undefined;
  if (depth !== undefined) return endOfBrackets(withinString(text, name, start), start, depth);
  return endOfLine(text, start, readAround(text, name));
}

/** Backslashes before a quote belong to the quote. */
const beforeMark = (text: string, end: number): number => (isMark(text[end]) ? end - countBackslashes(text, end) : end);

/** A literal in apostrophes within a JSON string must not extend beyond that string. */
function endOfQuoted(text: string, start: number, depth: number): number {
  const end = endOfString(text, start + depth, depth);
  const around = text[start + depth] === "'" ? text.slice(start, end).indexOf('"') : -1;
  return around === -1 ? end : start + around - countBackslashes(text, start + around);
}
