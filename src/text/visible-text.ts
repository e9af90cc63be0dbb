export interface TextPiece {
  readonly text: string;
  /** Whether it stands for a character that cannot be seen, such as U+202E. */
  readonly isUnseen: boolean;
}

/**
 * What shows nothing itself and changes how other text looks: control characters, line separators, bidi marks and
 * overrides, and what has no width. Joiners stay, as scripts and emoji need them.
 */
const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const UNSEEN_BUT_LINES = new RegExp(`(?![\\n\\t])${UNSEEN.source}`, 'u');

/** Text of others, with a name in the place of what cannot be seen. */
export function splitUnseen(text: string, { keepsLines = false } = {}): readonly TextPiece[] {
  const pattern = keepsLines ? UNSEEN_BUT_LINES : UNSEEN;
  if (!pattern.test(text)) return [{ text, isUnseen: false }];
  return text
    .split(new RegExp(`(${pattern.source})`, 'u'))
    .map((piece, index) => ({ text: index % 2 === 0 ? piece : nameOf(piece), isUnseen: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

const nameOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
