import { describe, expect, test } from 'vitest';
import { readPhases } from '../../src/traffic/phases.ts';
import { splitUnseen } from '../../src/text/unseen.ts';

describe('text from elsewhere', () => {
  const show = (text: string, keepsLines = false): string =>
    splitUnseen(text, { keepsLines })
      .map((piece) => (piece.isUnseen ? `[${piece.text}]` : piece.text))
      .join('');

  test.each([
    ['plain text', 'a b ä 漢 🎬', 'a b ä 漢 🎬'],
    ['an escape sequence', '\u001b[31mred', '[U+001B][31mred'],
    ['a bidi override', 'gpj.\u202eexe', 'gpj.[U+202E]exe'],
    ['isolates and marks', '\u2066a\u2069\u200f', '[U+2066]a[U+2069][U+200F]'],
    ['what has no width', 'pass\u200bword\ufeff', 'pass[U+200B]word[U+FEFF]'],
    ['tags', 'a\u{e0041}', 'a[U+E0041]'],
    ['line ends', 'a\nb\r\u2028', 'a[U+000A]b[U+000D][U+2028]'],
    ['NUL and DEL', '\0\u007f', '[U+0000][U+007F]'],
    ['a joined emoji', '👩‍💻', '👩‍💻'],
  ])('has %s to be seen', (_, text, shown) => {
    expect(show(text)).toBe(shown);
  });

  test('keeps line ends and tabs in a body', () => {
    expect(show('a\n\tb\r', true)).toBe('a\n\tb[U+000D]');
  });
});

describe('the phases of an exchange', () => {
  test('follow one another from the beginning to the end', () => {
    const phases = readPhases({ connectedMs: 1, sentMs: 3, firstByteMs: 10, ms: 12 });
    expect(phases.map(({ name, fromMs, toMs }) => [name, fromMs, toMs])).toEqual([
      ['connect', 0, 1],
      ['send', 1, 3],
      ['wait', 3, 10],
      ['receive', 10, 12],
    ]);
  });

  test.each([
    ['the proxy answered itself', { connectedMs: undefined, sentMs: undefined, firstByteMs: undefined }, ['answer']],
    ['MK.IO never answered', { connectedMs: 1, sentMs: 2, firstByteMs: undefined }, ['connect', 'send', 'wait']],
    ['MK.IO answered early', { connectedMs: 1, sentMs: 8, firstByteMs: 4 }, ['connect', 'send', 'wait', 'receive']],
    [
      'it was never all sent',
      { connectedMs: 1, sentMs: undefined, firstByteMs: 4 },
      ['connect', 'send', 'wait', 'receive'],
    ],
  ])('never go back in time where %s', (_, times, names) => {
    const phases = readPhases({ ...times, ms: 9 });
    expect(phases.map(({ name }) => name)).toEqual(names);
    for (const { fromMs, toMs } of phases) expect(toMs).toBeGreaterThanOrEqual(fromMs);
  });
});
