/**
 * What a terminal obeys or does not show, for a class of a pattern: controls, separators of lines, what turns the direction
 * of text. Pasted as it stands, it could end the paste and go on as a command, or read otherwise than it runs.
 */
export const UNSEEN = '\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}';

const ESCAPED = new RegExp(`[${UNSEEN}]`, 'gu');

/**
 * A string literal of JavaScript and of Python, which agree on what JSON escapes.
 *
 * @param escapeAstral how the language writes a code point beyond U+FFFF
 */
export const quoteLiteral = (text: string, escapeAstral: (hex: string) => string): string =>
  JSON.stringify(text).replace(ESCAPED, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? escapeAstral(hex) : `\\u${hex.padStart(4, '0')}`;
  });
