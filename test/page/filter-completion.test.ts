import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeFilter } from '../../src/page/list/filter-completion.ts';
import { FILTER_KEYS } from '../../src/traffic/filter-keys.ts';
import { parseFilter } from '../../src/traffic/filter.ts';
import type { ExchangeFacts } from '../../src/traffic/facts.ts';

const factsOf = (facts: Partial<ExchangeFacts>) => ({ method: 'GET', ...facts }) as ExchangeFacts;
const TRAFFIC = [
  factsOf({ status: 404, project: 'two words', operation: 'media.assets.get' }),
  factsOf({ status: 404, method: 'POST' }),
  factsOf({ status: 200 }),
];
const labelsOf = (text: string, caret = text.length): string[] =>
  completeFilter(text, caret, TRAFFIC).map(({ label }) => label);

describe('a completion at the caret', () => {
  test.each<[string, string[]]>([
    ['', Object.keys(FILTER_KEYS).map((key) => `${key}:`)],
    ['st', ['status:']],
    ['-st', ['status:']],
    ['text c', ['code:', 'caller:']],
    ['status:', ['404', '200', '2xx', '4xx', '5xx']],
    ['STATUS:4', ['404', '4xx']],
    ['status:404,', ['404', '200', '2xx', '4xx', '5xx']],
    ['-by:f', ['refusal', 'failure', 'preflight']],
    ['method:p', ['post', 'put', 'patch']],
    ['op:', ['media.assets.get']],
    ['nothing:', []],
    ['path:', []],
    ['"in quotes', []],
  ])('%s', (text, labels) => {
    expect(labelsOf(text)).toEqual(labels);
  });

  test('a completion in the middle of the text is inserted, with quotes if needed', () => {
    const [completion] = completeFilter('project:t ms:>5', 'project:t'.length, TRAFFIC);
    expect(completion).toMatchObject({ text: 'project:"two words" ms:>5', caret: 'project:"two words"'.length });
  });

  test('every completion is valid for the parser, for any traffic', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (project) => {
        for (const { text } of completeFilter('project:', 8, [factsOf({ project })])) {
          expect(parseFilter(text)).toEqual([{ negated: false, key: 'project', values: [project] }]);
        }
      }),
    );
  });

  test('a long text costs little', () => {
    const text = 'a,'.repeat(50_000);
    const before = performance.now();
    completeFilter(text, text.length, TRAFFIC);
    completeFilter(`x:${text}`, text.length + 2, TRAFFIC);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
