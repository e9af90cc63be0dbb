import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FILTER_KEYS } from '../../src/traffic/filter-keys.ts';
import type { ExchangeFacts } from '../../src/traffic/facts.ts';
import { createMatcher, FilterError, parseFilter, renderFilter } from '../../src/traffic/filter.ts';

const EXCHANGE: ExchangeFacts = {
  id: 'an-id',
  replayOf: undefined,
  caller: '127.0.0.1',
  callerName: 'ci',
  method: 'POST',
  target: '/api/v1/projects/demo/media/assets?$top=2',
  operation: 'media.assets.list',
  operationName: 'List assets',
  project: 'demo',
  status: 404,
  answeredBy: 'upstream',
  code: undefined,
  upstreamCode: 'NotFound',
  ref: 'a-ref',
  ending: 'complete',
  requestBytes: undefined,
  bytes: 1000,
  retries: undefined,
  connectedMs: 1,
  sentMs: 1,
  firstByteMs: 2,
  ms: 500.5,
  receivedAtMs: 0,
};
const matches = (filter: string): boolean => createMatcher(parseFilter(filter))(EXCHANGE);

describe('A filter', () => {
  test.each([
    '',
    '  ',
    'status:404',
    'status:4xx',
    'status:200,4xx',
    'status:>=400',
    'status:400..404',
    'method:post',
    'METHOD:Post',
    'project:demo',
    'op:assets',
    'op:"list assets"',
    'ms:>500 ms:<501',
    'ms:500.5',
    'size:<=1000',
    'by:upstream',
    'by:UPSTREAM',
    'ending:complete',
    'code:notfound',
    'caller:ci',
    'caller:127.',
    'path:$top',
    'assets',
    '"List assets"',
    'a-ref',
    'an-id',
    '404',
    '-status:2xx',
    '-nothing',
    '-"-nothing" assets -status:500',
  ])('lets through by %s', (filter) => {
    expect(matches(filter)).toBe(true);
  });

  test.each([
    'status:2xx',
    'status:>404',
    'status:405..499',
    'method:get',
    'project:dem',
    'op:jobs',
    'ms:>501',
    'ms:500',
    'size:<1000',
    'by:refusal',
    'ending:cancelled',
    'code:GONE',
    'caller:bob',
    'path:jobs',
    'nothing',
    '-status:4xx',
    '-assets',
    'status:404 method:get',
  ])('holds back by %s', (filter) => {
    expect(matches(filter)).toBe(false);
  });

  test.each([
    ['state:4xx', 1, /no field "state": use one of status, method, /],
    ['op:assets http://x', 11, /no field "http".*in quotes/],
    ['status:', 8, /status: takes 404, 4xx/],
    ['status:abc', 8, /status: takes 404, 4xx/],
    ['status:404,', 12, /status: takes/],
    ['status:404,6xx', 12, /status: takes/],
    ['ms:fast', 4, /ms: takes >500/],
    ['ms:200..100', 4, /ms: takes >500/],
    ['by:nobody', 4, /by: takes upstream, refusal/],
    ['x "open', 3, /quotes that begin here do not end/],
    ['-', 2, /text is missing/],
    [':x', 1, /text is missing/],
    ['""', 1, /text is missing/],
    ['"a"b', 4, /a space is missing/],
    ['a"b"', 2, /a space is missing/],
  ] as const)('that says %s is wrong at character %i', (filter, position, problem) => {
    const error = catchFrom(() => parseFilter(filter));
    expect(error).toMatchObject({ position, message: expect.stringMatching(problem) as string });
    expect(error?.message).toContain(`(at character ${position})`);
  });

  test('in any text is read, or is wrong at a character of it', () => {
    const pieces = fc.constantFrom(
      ...Object.keys(FILTER_KEYS),
      ':',
      '-',
      '"',
      '\\',
      ',',
      ' ',
      '4xx',
      '>',
      '..',
      '500',
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          const error = catchFrom(() => createMatcher(parseFilter(text))(EXCHANGE));
          if (error !== undefined) expect(error.position).toBeLessThanOrEqual(text.length + 1);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('is the same when it is written and read again', () => {
    const text = fc.string({ minLength: 1 });
    const keyed = fc.constantFrom('project', 'op', 'code', 'path', 'method', 'caller');
    const term = fc.oneof(
      fc.record({ negated: fc.boolean(), key: fc.constant(undefined), values: fc.tuple(text) }),
      fc.record({ negated: fc.boolean(), key: keyed, values: fc.array(text, { minLength: 1 }) }),
      fc.record({
        negated: fc.boolean(),
        key: fc.constant('status' as const),
        values: fc.array(fc.constantFrom('404', '4xx', '>=400', '200..299'), { minLength: 1 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(term), (terms) => {
        expect(parseFilter(renderFilter(terms))).toEqual(terms);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Anything but a FilterError fails the test. */
function catchFrom(run: () => unknown): FilterError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
}
