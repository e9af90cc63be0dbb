import { UNSEEN } from './quoted-unseen.ts';

/** A line feed may stand in quotes. */
const UNSAFE = `(?!\\n)[${UNSEEN}]`;
/** As the bytes of a header (RFC 9110 §5.5) are one each: a terminal would make two of them. */
const UNSAFE_BYTE = `${UNSAFE}|[\\x80-\\xff]`;

/**
 * One word of a POSIX shell. Within single quotes nothing is special but their end; what must not be pasted as it is comes
 * by `printf`.
 *
 * @param encoding of what the word stands for
 */
export function quoteForShell(text: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  // An older bash looks for its history in the further lines of a quoted text.
  const history = text.includes('\n') ? '|!' : '';
  const unsafe = new RegExp(`'|(?:${encoding === 'latin1' ? UNSAFE_BYTE : UNSAFE}${history})+`, 'gu');
  const quoted = text.replace(unsafe, (found) => (found === "'" ? "'\\''" : renderBytes(Buffer.from(found, encoding))));
  return `'${quoted}'`;
}

function renderBytes(bytes: Buffer): string {
  const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  return `'"$(printf '${octal}')"'`;
}

/** The words as one command, an option a line. */
export const renderCommand = (lines: readonly string[]): string => lines.join(' \\\n  ');
