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
