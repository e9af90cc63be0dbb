import { isSecretField, isSecretParameter } from './secret-names.ts';

// Header, payload and signature of a JWT, or the five parts of a JWE (RFC 7519 §3), their dots percent-encoded or not.
const JWT = /eyJ[\w-]{8,1024}(?:(?:\.|%2[eE])[\w-]*){2,4}/g;
// What `mkio-proxy key new` prints.
const CALLER_KEY = /mkp_[\w-]{43}/g;
// `?name=` or `&name=`, also behind `#` (RFC 6749 §4.2.2), and where this stands in a parameter, encoded once or twice, or in
// JSON. What it holds is looked through as well, unless it is masked.
const PARAMETER =
  /(?:^|[?&;#]|%(?:25)?(?:3f|26|23)|\\u0026)((?:[\w$.~-]|%(?!(?:25)?(?:3d|26|3f|23))[\da-f]{2}){1,64})(?:=|%(?:25)?3d)/gi;
// An apostrophe is a part of it where more follows.
const PARAMETER_VALUE = /(?:(?!%(?:25)?26|\\u0026)(?:[^&#\s"'<>]|'(?=\w)))+/iy;
// Some write `\/` in JSON (RFC 8259 §7).
const USER_INFO = /(:\\?\/\\?\/)[^\s/?#@"'<>\\]+@/g;
// The stream key is the last segment of the address that an encoder pushes to.
const STREAM_KEY = /(\brtmps?:\\?\/\\?\/(?:[^\s"'<>/]+\/)+)[^\s"'<>/?]+/gi;
// How the name of a header's field that is a secret ends: looked for first, as most texts have none.
const HEADER_NAME_END = /(?:auth|authorization|cookie2?|key|passwd|password|secret|signature|token)[ \t]*:/i;
// A header's field on a line of its own, whose value ends with the line, whatever it quotes (RFC 9110 §11.2, RFC 6265 §4.1.1).
const HEADER_LINE =
  /^([ \t]*(?:(?:[\w-]{0,40}-)?(?:authorization|cookie2?)|x[-_][\w-]{0,40}(?:auth|key|password|secret|signature|token)|(?:[\w-]{0,40}[-_])?(?:(?:access|account|api|auth|private|shared|subscription)[-_]?key|passwd|password|secret|token))[ \t]*:[ \t]*)[^\r\n]+/gim;
// The same as objects and lists show it, also as a pair of `name` and `value`. Its value ends with its quotes or its list.
const HEADER =
  /(\b(?:(?:proxy-)?authorization|(?:set-)?cookie2?|x-[\w-]{0,40}(?:auth|key|password|secret|signature|token)|ocp-apim-subscription-key)["']?\s*[:,=]\s*(?:["']\w{1,20}["']\s*:\s*)?)("(?:[^"\\\r\n]|\\.)*"?|'[^'\r\n]*'?|\[(?:[\s,]*"(?:[^"\\]|\\.)*"?)+\s*\]?|[^\r\n"']+)/gi;
const CREDENTIALS = /\b(bearer|basic)(\s+)[\w\-.~+/]{20,}=*/gi;
const FIELD_SEPARATOR = /"\s*:/;
// Its value is a string, a list of such, or a number.
const FIELD =
  /"([\w$.@-]{2,40})"(\s*:\s*)(?:"(?:[^"\\]|\\[^])*(?:"|$)|\[(?:[\s,]*"(?:[^"\\]|\\[^])*(?:"|$))+\s*\]?|-?\d[\d.eE+-]*)/g;
// In a string of JSON, and in a string in such a string: as many backslashes stand before each of its quotation marks.
const FIELD_IN_STRING = /(?<!\\)(\\+)"([\w$.@-]{2,40})\1"(\s*:\s*)\1"[^]*?(?:(?<!\\)\1"|$)/g;
// However it is filled: what a webhook authenticates itself with, and the keys of a storage.
const OBJECT = /"(?:authentication|credentials?)"\s*:\s*(?=\{)/gi;
const STRING_OR_BRACE = /"(?:[^"\\]|\\[^])*(?:"|$)|[{}]/g;
// A content key has 16 bytes; other values are no secrets.
const CONTENT_KEY = /"value"(\s*:\s*)"(?:[A-Za-z0-9+/]{22}==|[\da-f]{32})"/gi;

// Printable ASCII that JSON escapes without a need: all but the quotation mark and the backslash (RFC 8259 §7).
const ESCAPED = /\\u00(?!22|5c|7f)([2-7][\da-f])/gi;

/** Masks what looks like a secret, whoever's it is, also where JSON's escapes hide it. */
export function maskShapes(text: string, mask: string): string {
  const masked = maskPlain(text, mask);
  if (!masked.includes('\\u00')) return masked;
  const plain = masked.replace(ESCAPED, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const maskedAgain = maskPlain(plain, mask);
  return maskedAgain === plain ? masked : maskedAgain;
}

/** Each step looks first for what it cannot do without. */
function maskPlain(text: string, mask: string): string {
  let masked = text;
  if (masked.includes('eyJ')) masked = masked.replace(JWT, mask);
  if (masked.includes('mkp_')) masked = masked.replace(CALLER_KEY, mask);
  if (masked.includes('=') || masked.includes('%3') || masked.includes('%253')) masked = maskParameters(masked, mask);
  if (masked.includes('://') || masked.includes(':\\/'))
    masked = masked.replace(USER_INFO, `$1${mask}@`).replace(STREAM_KEY, `$1${mask}`);
  if (masked.includes(' ')) masked = masked.replace(CREDENTIALS, `$1$2${mask}`);
  if (masked.includes(':') || masked.includes(',')) masked = maskHeaders(masked, mask);
  if (FIELD_SEPARATOR.test(masked)) masked = maskFields(masked, mask);
  return masked;
}

function maskParameters(text: string, mask: string): string {
  let masked = '';
  let from = 0;
  for (const { 0: found, 1: name = '', index } of text.matchAll(PARAMETER)) {
    const start = index + found.length;
    PARAMETER_VALUE.lastIndex = start;
    if (index < from || !isSecretParameter(name) || !PARAMETER_VALUE.test(text)) continue;
    masked += text.slice(from, start) + mask;
    from = PARAMETER_VALUE.lastIndex;
  }
  return masked + text.slice(from);
}

function maskHeaders(text: string, mask: string): string {
  const lines = HEADER_NAME_END.test(text) ? text.replace(HEADER_LINE, `$1${mask}`) : text;
  return lines.replace(HEADER, (_, name: string, value: string) => {
    const quote = /^["']/.exec(value)?.[0] ?? '';
    return name + (/^\[\s*"/.test(value) ? `["${mask}"]` : quote + mask + quote);
  });
}

function maskFields(text: string, mask: string): string {
  return maskObjects(text, mask)
    .replace(CONTENT_KEY, `"value"$1"${mask}"`)
    .replace(FIELD, (whole, name: string, colon: string) =>
      isSecretField(name) ? `"${name}"${colon}"${mask}"` : whole,
    )
    .replace(FIELD_IN_STRING, (whole, slashes: string, name: string, colon: string) => {
      const quote = `${slashes}"`;
      return isSecretField(name) ? `${quote}${name}${quote}${colon}${quote}${mask}${quote}` : whole;
    });
}

function maskObjects(text: string, mask: string): string {
  let masked = '';
  let from = 0;
  for (const { 0: name, index } of text.matchAll(OBJECT)) {
    if (index < from) continue;
    masked += `${text.slice(from, index)}${name}"${mask}"`;
    from = endOfObject(text, index + name.length);
  }
  return masked + text.slice(from);
}

/** Of one that is cut, the end of the text. */
function endOfObject(text: string, start: number): number {
  STRING_OR_BRACE.lastIndex = start;
  for (let depth = 0, found; (found = STRING_OR_BRACE.exec(text)) !== null;) {
    if (found[0] === '{') depth++;
    if (found[0] === '}' && --depth === 0) return STRING_OR_BRACE.lastIndex;
  }
  return text.length;
}
