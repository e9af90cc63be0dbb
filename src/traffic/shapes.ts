import { maskFields, maskMarkup } from './secret-fields.ts';
import { isSecretParameter } from './secret-names.ts';

// Header, payload and signature of a JWT, or the five parts of a JWE (RFC 7519 §3), their dots percent-encoded or not.
const JWT = /eyJ[\w-]{8,1024}(?:(?:\.|%2[eE])[\w-]*){2,4}/g;
// What `mkio-proxy key new` prints.
const CALLER_KEY = /mkp_[\w-]{43}/g;
// A name and its `=` wherever they stand: in a link, also in its fragment (RFC 6749 §4.2.2), encoded once or twice, in JSON and
// in prose; but not behind another `=`, as in MK.IO's `$label=key%3Dvalue`. A value is looked through too, unless it is masked.
const PARAMETER =
  /(?:=|%(?:25)?3d)(?<=(?:(?<![\w$.~%=-])|%(?:25)?(?:3f|26|23)|\\u0026)((?:[\w$.~-]|%(?!(?:25)?(?:3d|26|3f|23))[\da-f]{2}){1,64})(?:=|%(?:25)?3d))/gi;
// An apostrophe is a part of it where more follows.
const PARAMETER_VALUE = /(?:(?!%(?:25)?26|\\u0026)(?:[^&#\s"'<>]|'(?=\w)))+/iy;
// Some write `\/` in JSON (RFC 8259 §7).
const USER_INFO = /(:\\?\/\\?\/)[^\s/?#@"'<>\\]+@/g;
// The stream key is the last segment of the address that an encoder pushes to.
const STREAM_KEY = /(\brtmps?:\\?\/\\?\/(?:[^\s"'<>/]+\/)+)[^\s"'<>/?]+/gi;
// How the name of a header's field that is a secret ends: looked for first, as most texts have none.
const HEADER_NAME_END =
  /[:,=](?<=(?:auth|authorization|cookie2?|key|passwd|password|secret|signature|token)["']?\s*.)/i;
// A header's field on a line of its own, whose value ends with the line, whatever it quotes (RFC 9110 §11.2, RFC 6265 §4.1.1).
const HEADER_LINE =
  /^([ \t]*(?:(?:[\w-]{0,40}-)?(?:authorization|cookie2?)|x[-_][\w-]{0,40}(?:auth|key|password|secret|signature|token)|(?:[\w-]{0,40}[-_])?(?:(?:access|account|api|auth|private|shared|subscription)[-_]?key|passwd|password|secret|token))[ \t]*:[ \t]*)[^\r\n]+/gim;
// The same as objects and lists show it, also as a pair of `name` and `value`. Its value ends with its quotes or its list.
const HEADER =
  /(\b(?:(?:proxy-)?authorization|(?:set-)?cookie2?|x-[\w-]{0,40}(?:auth|key|password|secret|signature|token)|ocp-apim-subscription-key)["']?\s*[:,=]\s*(?:["']\w{1,20}["']\s*:\s*)?)("(?:[^"\\\r\n]|\\.)*"?|'[^'\r\n]*'?|\[(?:[\s,]*"(?:[^"\\]|\\.)*"?)+\s*\]?|[^\r\n"']+)/gi;
const CREDENTIALS = /\b(bearer|basic)(\s+)[\w\-.~+/]{20,}=*/gi;
const FIELD_SEPARATOR = /["']\s*:/;

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
  if (masked.includes('</') || masked.includes('/>')) masked = maskMarkup(masked, mask);
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
  if (!HEADER_NAME_END.test(text)) return text;
  return text.replace(HEADER_LINE, `$1${mask}`).replace(HEADER, (_, name: string, value: string) => {
    const quote = /^["']/.exec(value)?.[0] ?? '';
    return name + (/^\[\s*"/.test(value) ? `["${mask}"]` : quote + mask + quote);
  });
}
