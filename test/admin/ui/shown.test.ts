import { describe, expect, test } from 'vitest';
import { reckonBudget } from '../../../src/admin/ui/budget.ts';
import { readPhases } from '../../../src/admin/ui/phases.ts';
import { splitUnseen } from '../../../src/admin/ui/visible-text.ts';
import type { ExchangeFacts } from '../../../src/traffic/record.ts';

describe('text of others', () => {
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

  test('keeps line ends and tabs where it is a body', () => {
    expect(show('a\n\tb\r', true)).toBe('a\n\tb[U+000D]');
  });
});

describe('the parts of an exchange', () => {
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

describe('the budget', () => {
  const NOW = 1_000_000;
  const exchange = (facts: Partial<ExchangeFacts>): ExchangeFacts =>
    ({ receivedAtMs: NOW, method: 'GET', answeredBy: 'upstream', project: 'p', ...facts }) as ExchangeFacts;

  test('counts what reached MK.IO within the last minute, for each project, the closest to its limit first', () => {
    const found = reckonBudget(
      [
        exchange({}),
        exchange({ method: 'HEAD' }),
        exchange({ method: 'POST' }),
        exchange({ project: 'q', method: 'DELETE' }),
        exchange({ project: 'q', method: 'PUT' }),
        exchange({ project: undefined }),
        exchange({ answeredBy: 'failure', connectedMs: 1 }),
        exchange({ answeredBy: 'failure' }),
        exchange({ answeredBy: 'refusal' }),
        exchange({ receivedAtMs: NOW - 60_001 }),
      ],
      NOW,
    );
    expect(found).toEqual([
      { project: 'q', reads: 0, writes: 2, maxReads: 2_000, maxWrites: 1_000 },
      { project: 'p', reads: 3, writes: 1, maxReads: 2_000, maxWrites: 1_000 },
      { project: null, reads: 1, writes: 0, maxReads: 2_000, maxWrites: 1_000 },
    ]);
  });
});
