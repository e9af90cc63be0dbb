interface Escape {
  readonly prefix: Uint8Array;
  /** Of the digits that name the byte. */
  readonly radix: 10 | 16;
  readonly digits: { readonly least: number; readonly most: number };
  readonly suffix: Uint8Array;
}

const escape = (prefix: string, radix: 10 | 16, least: number, most: number, suffix = ''): Escape => ({
  prefix: Buffer.from(prefix),
  radix,
  digits: { least, most },
  suffix: Buffer.from(suffix),
});

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** Percent-encoding (RFC 3986 §2.1), twice or once; JSON (RFC 8259 §7); character references of HTML (WHATWG HTML §13.5). */
const ESCAPES: Readonly<Record<number, readonly Escape[]>> = {
  [PERCENT]: [escape('%25', 16, 2, 2), escape('%', 16, 2, 2)],
  [BACKSLASH]: [escape('\\u00', 16, 2, 2)],
  [AMPERSAND]: [escape('&#x', 16, 2, 2, ';'), escape('&#', 10, 2, 3, ';')],
};

/** The bytes that an escape may begin with. */
export const ESCAPE_BEGINS = Buffer.from([PERCENT, AMPERSAND, BACKSLASH]);
/** The bytes that an escape may hold. */
export const ESCAPE_BYTES = Buffer.from('%0123456789abcdefABCDEF\\uU/&#xX;');
/** `\u002f`, `&#x2f;`. */
export const LONGEST_ESCAPE = 6;

/** A byte of the text as it stands or escaped: the byte, and 256 times the width that it takes there. */
export type WrittenByte = number;
/** What is read where the text ends within what may become an escape. */
export const CUT: WrittenByte = -1;

export function readByte(text: Uint8Array, at: number): WrittenByte {
  const byte = text[at] ?? 0;
  if (byte !== PERCENT && byte !== BACKSLASH && byte !== AMPERSAND) return byte + 256;
  if (byte === BACKSLASH && text[at + 1] === SLASH) return SLASH + 512;
  for (const candidate of ESCAPES[byte] ?? []) {
    const read = readEscape(candidate, text, at);
    if (read !== 0) return read;
  }
  return byte + 256;
}

/** 0 where it is none. */
function readEscape({ prefix, radix, digits, suffix }: Escape, text: Uint8Array, start: number): WrittenByte {
  let at = start;
  for (const byte of prefix) {
    if (at === text.length) return CUT;
    if ((text[at++] ?? 0) !== byte) return 0;
  }
  const from = at;
  let byte = 0;
  for (let digit; at - from < digits.most && (digit = digitAt(text, at, radix)) !== -1; at++)
    byte = byte * radix + digit;
  if (at - from < digits.least) return at === text.length ? CUT : 0;
  for (const end of suffix) {
    if (at === text.length) return CUT;
    if (text[at++] !== end) return 0;
  }
  return byte > 255 ? 0 : byte + 256 * (at - start);
}

/** -1 where there is none. */
function digitAt(text: Uint8Array, at: number, radix: 10 | 16): number {
  const code = text[at] ?? 0;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return radix === 16 && lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
