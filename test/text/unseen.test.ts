import { describe, expect, test } from 'vitest';
import { printable, printableJson, quoteLiteral, splitUnseen } from '../../src/text/unseen.ts';

const KINDS = [
  ['a bidi override', '\u202e'],
  ['the Arabic letter mark', '\u061c'],
  ['a bidi isolate', '\u2066'],
  ['a zero-width space', '\u200b'],
  ['a word joiner', '\u2060'],
  ['a byte order mark', '\ufeff'],
  ['a soft hyphen', '\u00ad'],
  ['a Hangul filler', '\u3164'],
  ['a tag character', '\u{e0041}'],
  ['an annotation anchor', '\ufff9'],
  ['a line separator', '\u2028'],
  ['an escape', '\u001b'],
  ['a C1 control', '\u009b'],
] as const;

describe.each(KINDS)('%s', (_, character) => {
  test('never reaches a terminal', () => {
    expect(printable(`a${character}b`)).toBe('ab');
  });

  test('is escaped in JSON for a terminal, whose value stays', () => {
    const shown = printableJson(JSON.stringify({ name: `a${character}b` }));
    expect(shown).not.toContain(character);
    expect(JSON.parse(shown)).toEqual({ name: `a${character}b` });
  });

  test('is escaped in a snippet', () => {
    expect(quoteLiteral(`a${character}b`, (hex) => `\\u{${hex}}`)).not.toContain(character);
  });

  test('is named on the page', () => {
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    expect(splitUnseen(`a${character}b`)).toEqual([
      { text: 'a', isUnseen: false },
      { text: `U+${code}`, isUnseen: true },
      { text: 'b', isUnseen: false },
    ]);
  });
});

test('joiners of scripts and emoji stay', () => {
  const family = '\u{1f468}\u200d\u{1f469} \u2764\ufe0f';
  expect(printable(family)).toBe(family);
  expect(splitUnseen(family)).toEqual([{ text: family, isUnseen: false }]);
});

describe('invisible characters as pieces', () => {
  const show = (text: string, keepsLines = false): string =>
    splitUnseen(text, { keepsLines })
      .map((piece) => (piece.isUnseen ? `[${piece.text}]` : piece.text))
      .join('');

  test.each([
    ['plain text', 'a b ä 漢 🎬', 'a b ä 漢 🎬'],
    ['an escape sequence', '\u001b[31mred', '[U+001B][31mred'],
    ['a bidi override', 'gpj.\u202eexe', 'gpj.[U+202E]exe'],
    ['isolates and marks', '\u2066a\u2069\u200f', '[U+2066]a[U+2069][U+200F]'],
    ['text without width', 'pass\u200bword\ufeff', 'pass[U+200B]word[U+FEFF]'],
    ['tags', 'a\u{e0041}', 'a[U+E0041]'],
    ['line ends', 'a\nb\r\u2028', 'a[U+000A]b[U+000D][U+2028]'],
    ['NUL and DEL', '\0\u007f', '[U+0000][U+007F]'],
    ['a joined emoji', '👩‍💻', '👩‍💻'],
  ])('shows %s', (_, text, shown) => {
    expect(show(text)).toBe(shown);
  });

  test('keeps line ends and tabs in a body', () => {
    expect(show('a\n\tb\r', true)).toBe('a\n\tb[U+000D]');
  });
});
