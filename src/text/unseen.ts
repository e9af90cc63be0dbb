/** Joiners and variation selectors: invisible, but scripts and emoji need them. */
const NEEDED = '\\u034f|[\\u180b-\\u180d]|\\u180f|\\u200c|\\u200d|[\\ufe00-\\ufe0f]';
/**
 * Characters without a glyph, as the content of a regular expression's class (flag `u`): controls, line separators and
 * default-ignorable code points (Unicode DerivedCoreProperties), such as bidi controls, zero-width spaces and tags.
 */
const INVISIBLE = '\\p{Cc}\\p{Zl}\\p{Zp}\\p{DI}\\ufff9-\\ufffb';

/** Every invisible character. */
export const UNSEEN = `[${INVISIBLE}]`;
/** Those that can mislead a reader or steer a terminal. */
const MISLEADING = `(?!${NEEDED})[${INVISIBLE}]`;
const SPLIT = new RegExp(`(${MISLEADING})`, 'u');
const SPLIT_BUT_LINES = new RegExp(`(?![\\n\\t])(${MISLEADING})`, 'u');

const EVERY_UNSEEN = new RegExp(UNSEEN, 'gu');
const EVERY_MISLEADING = new RegExp(MISLEADING, 'gu');
const EVERY_MISLEADING_IN_JSON = new RegExp(`(?!\\n)${MISLEADING}`, 'gu');

/** Drops characters that could steer a terminal or mislead its reader. */
export const printable = (text: string): string => text.replace(EVERY_MISLEADING, '');

/** Escapes the same characters in lines of JSON, whose values stay equal. */
export const printableJson = (lines: string): string =>
  lines.replace(EVERY_MISLEADING_IN_JSON, (found) =>
    found.replace(/[^]/g, (unit) => `\\u${hexOf(unit.charCodeAt(0))}`),
  );

/**
 * A string literal of JavaScript and of Python, which share the escapes of JSON.
 *
 * @param escapeAstral how the language writes a code point above U+FFFF
 */
export const quoteLiteral = (text: string, escapeAstral: (hex: string) => string): string =>
  JSON.stringify(text).replace(EVERY_UNSEEN, (found) => {
    const code = found.codePointAt(0) ?? 0;
    return code > 0xffff ? escapeAstral(code.toString(16)) : `\\u${hexOf(code)}`;
  });

export interface TextPiece {
  readonly text: string;
  /** Whether `text` names an invisible character, e.g. `U+202E`. */
  readonly isUnseen: boolean;
}

/** Splits text from elsewhere into visible pieces and the names of misleading characters. */
export function splitUnseen(text: string, { keepsLines = false } = {}): readonly TextPiece[] {
  return text
    .split(keepsLines ? SPLIT_BUT_LINES : SPLIT)
    .map((piece, index) =>
      index % 2 === 0 ? { text: piece, isUnseen: false } : { text: nameOf(piece), isUnseen: true },
    )
    .filter((piece, _, pieces) => piece.text !== '' || pieces.length === 1);
}

const nameOf = (character: string): string => `U+${hexOf(character.codePointAt(0) ?? 0).toUpperCase()}`;

const hexOf = (code: number): string => code.toString(16).padStart(4, '0');
