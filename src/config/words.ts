// Quoting rules of POSIX (IEEE Std 1003.1, §2.2), without expansion.
const PIECES: readonly [pattern: RegExp, read: (piece: string) => string][] = [
  [/'([^']*)'/y, (piece) => piece],
  [/"((?:[^"\\$`]|\\["\\$`])*)"/y, (piece) => piece.replace(/\\(.)/g, '$1')],
  [/\\([^\n])/y, (piece) => piece],
  [/([^\s'"\\$`|&;<>(){}*?[\]#~!]+)/y, (piece) => piece],
];
const SPACE = /\s+/y;

/**
 * Splits a command into words. Throws on shell syntax other than quoting, rather than passing it on as text.
 *
 * @throws RangeError
 */
export function parseWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length;) {
    const space = matchAt(SPACE, text, at);
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += space[0].length;
      continue;
    }
    const [piece, length] = readPiece(text, at);
    word = (word ?? '') + piece;
    at += length;
  }
  if (word !== undefined) words.push(word);
  if (words[0] === undefined || words[0] === '') throw new RangeError('names no program');
  return words;
}

function readPiece(text: string, at: number): [piece: string, length: number] {
  for (const [pattern, read] of PIECES) {
    const match = matchAt(pattern, text, at);
    if (match !== undefined) return [read(match[1] ?? ''), match[0].length];
  }
  throw new RangeError(
    `holds half a quote, or what needs a shell (at character ${at + 1}); none runs it: quote it, or wrap it in sh -c '…'`,
  );
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
