interface Escape {
  readonly prefix: Uint8Array;
  /** Of the digits. */
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

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** Percent-encoding (RFC 3986 §2.1), double or single; JSON (RFC 8259 §7); HTML character references (WHATWG HTML §13.5). */
const ESCAPES: Readonly<Record<number, readonly Escape[]>> = {
  [PERCENT]: [escape('%25', 16, 2, 2), escape('%', 16, 2, 2)],
  [BACKSLASH]: [escape('\\u00', 16, 2, 2)],
  [AMPERSAND]: [escape('&#x', 16, 2, 2, ';'), escape('&#', 10, 2, 3, ';')],
};

/** Bytes that begin an escape. */
export const ESCAPE_STARTS = Buffer.from('%\\&');
/** Bytes that may occur in an escape. */
export const ESCAPE_BYTES = Buffer.from('%0123456789abcdefABCDEF\\nrtuU/&#xX;');
/** `\u002f`, `&#x2f;`. */
export const LONGEST_ESCAPE = 6;

/** A byte of a text, plain or escaped, and its width there. */
export interface WrittenByte {
  readonly byte: number;
  readonly width: number;
}

const PLAIN: readonly WrittenByte[] = Array.from({ length: 256 }, (_, byte) => ({ byte, width: 1 }));
const NOTHING: WrittenByte = { byte: 0, width: 1 };
/** The short escapes of JSON for bytes of encodings and their gaps. */
const SHORT_ESCAPES: Readonly<Record<number, WrittenByte>> = {
  [SLASH]: { byte: SLASH, width: 2 },
  [0x6e]: { byte: LINE_FEED, width: 2 },
  [0x72]: { byte: CARRIAGE_RETURN, width: 2 },
  [0x74]: { byte: TAB, width: 2 },
};

/** Line break or blank. */
export const isBlank = (byte: number): boolean =>
  byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;

/** `cut`: the text ends within a possible escape. */
export function readByte(text: Uint8Array, at: number): WrittenByte | 'cut' {
  const byte = text[at] ?? 0;
  if (byte === PERCENT || byte === BACKSLASH || byte === AMPERSAND) {
    const short = byte === BACKSLASH ? SHORT_ESCAPES[text[at + 1] ?? 0] : undefined;
    if (short !== undefined) return short;
    for (const candidate of ESCAPES[byte] ?? []) {
      const read = readEscape(candidate, text, at);
      if (read !== undefined) return read;
    }
  }
  return PLAIN[byte] ?? NOTHING;
}

function readEscape(
  { prefix, radix, digits, suffix }: Escape,
  text: Uint8Array,
  start: number,
): WrittenByte | 'cut' | undefined {
  let at = start;
  for (const byte of prefix) {
    if (at === text.length) return 'cut';
    if (text[at++] !== byte) return undefined;
  }
  const from = at;
  let byte = 0;
  while (at - from < digits.most) {
    const digit = readDigit(text[at], radix);
    if (digit === undefined) break;
    byte = byte * radix + digit;
    at++;
  }
  if (at - from < digits.least) return at === text.length ? 'cut' : undefined;
  for (const end of suffix) {
    if (at === text.length) return 'cut';
    if (text[at++] !== end) return undefined;
  }
  return byte > 255 ? undefined : { byte, width: at - start };
}

function readDigit(code: number | undefined, radix: 10 | 16): number | undefined {
  if (code === undefined) return undefined;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return radix === 16 && lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}
