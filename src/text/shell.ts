import { UNSEEN } from './unseen.ts';

/** A line feed may stand in quotes. */
const UNSAFE = `(?!\\n)${UNSEEN}`;
/** The bytes of a header (RFC 9110 §5.5); a terminal would encode them as two bytes each. */
const UNSAFE_BYTE = `${UNSAFE}|[\\x80-\\xff]`;
const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

/**
 * One quoted word of a POSIX shell. `printf` supplies invisible characters, which must not be pasted.
 *
 * @param encoding of the bytes that the word stands for
 */
export function quoteForShell(text: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  // Older versions of bash expand history in the further lines of a quoted text.
  const history = text.includes('\n') ? '|!' : '';
  const unsafe = new RegExp(`'|(?:${encoding === 'latin1' ? UNSAFE_BYTE : UNSAFE}${history})+`, 'gu');
  const quoted = text.replace(unsafe, (found) => (found === "'" ? "'\\''" : renderBytes(Buffer.from(found, encoding))));
  return `'${quoted}'`;
}

function renderBytes(bytes: Buffer): string {
  const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  return `'"$(printf '${octal}')"'`;
}

/** Words on one line; plain words stay unquoted. */
export const renderCommand = (words: readonly string[]): string =>
  words.map((word) => (PLAIN_WORD.test(word) ? word : quoteForShell(word))).join(' ');

/** Quoted parts as one command, a part a line. */
export const joinLines = (lines: readonly string[]): string => lines.join(' \\\n  ');
