import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWords } from '../../src/config/words.ts';

describe('The words of a command', () => {
  test.each<[string, string[]]>([
    ['pass show mkio', ['pass', 'show', 'mkio']],
    ['  a\t b ', ['a', 'b']],
    [`op read 'op://Private/MK.IO token/credential'`, ['op', 'read', 'op://Private/MK.IO token/credential']],
    [`a "b c" 'd e'"f"g`, ['a', 'b c', 'd efg']],
    [String.raw`a\ b "c\"d\\e" 'f\g'`, ['a b', 'c"d\\e', 'f\\g']],
    [`sh -c 'pass show mkio | head -1'`, ['sh', '-c', 'pass show mkio | head -1']],
    [`a ''`, ['a', '']],
    ['az --query=value -o tsv', ['az', '--query=value', '-o', 'tsv']],
  ])('of %s are %j', (text, words) => {
    expect(parseWords(text)).toEqual(words);
  });

  test.each([
    'a $HOME',
    'a "$(b)"',
    'a `b`',
    'a | b',
    'a; b',
    'a && b',
    'a > b',
    'a *',
    'a ~/b',
    'a #b',
    'a {b,c}',
    'a !b',
  ])('are refused if they need a shell: %s', (text) => {
    expect(() => parseWords(text)).toThrow(/half a quote, or what needs a shell/);
  });

  test.each([`a 'b`, 'a "b', 'a \\'])('are refused with an unterminated quote or escape: %s', (text) => {
    expect(() => parseWords(text)).toThrow(/half a quote, or what needs a shell/);
  });

  test.each(['', '  ', `''`])('must include a program: %j is refused', (text) => {
    expect(() => parseWords(text)).toThrow('names no program');
  });

  test('match those of sh if they are accepted', () => {
    const part = fc.stringMatching(/^[a-z '"\\./=-]{0,12}$/);
    fc.assert(
      fc.property(part, (text) => {
        const line = `printf %s\\\\n x${text}`;
        let words: readonly string[];
        try {
          words = parseWords(line);
        } catch {
          return;
        }
        const printed = execFileSync('sh', ['-c', line], { encoding: 'utf8' });
        expect(printed).toBe(
          words
            .slice(2)
            .map((word) => `${word}\n`)
            .join(''),
        );
      }),
      { numRuns: 150 },
    );
  });
});
