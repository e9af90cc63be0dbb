import { describe, expect, test } from 'vitest';
import type { ErrorFacts } from '../../src/page/detail/explain-error.ts';
import { explainError, readToldError } from '../../src/page/detail/explain-error.ts';
import { ERRORS } from '../../src/errors.ts';

const factsOf = (facts: Partial<ErrorFacts>): ErrorFacts => ({
  status: undefined,
  answeredBy: 'upstream',
  code: undefined,
  ending: 'complete',
  project: undefined,
  operationName: undefined,
  ...facts,
});

describe('an error of MK.IO is explained', () => {
  test.each<[number, RegExp, RegExp]>([
    [400, /could not accept the request/, /field it stumbles over/],
    [401, /did not accept the token/, /mkio-proxy check/],
    [403, /may not do this/, /user\/rbac/],
    [404, /nothing at this path/, /spelling/],
    [405, /not with this method/, /PUT creates or replaces/],
    [409, /state of the resource/, /GET the resource/],
    [429, /2,000 reads and 1,000 writes a minute for each project/, /Wait up to a minute/],
    [500, /MK\.IO failed/, /ref below to MK\.IO support/],
    [502, /front end of MK\.IO/, /Send it again/],
    [503, /not ready/, /api\/ready/],
    [504, /front end of MK\.IO/, /Send it again/],
    [418, /does not|do not list/, /Read the body/],
    [599, /MK\.IO failed/, /Send it again/],
  ])('%i', (status, what, check) => {
    const explained = explainError(factsOf({ status }));
    expect(explained?.what).toMatch(what);
    expect(explained?.check.join('\n')).toMatch(check);
  });

  test('a truncated answer', () => {
    expect(explainError(factsOf({ status: 200, ending: 'truncated' }))?.what).toMatch(/broke off/);
  });

  test('an answer that the caller did not wait for', () => {
    expect(explainError(factsOf({ ending: 'cancelled' }))?.what).toMatch(/caller left/);
  });
});

test.each(Object.entries(ERRORS))("the proxy's own %s has its hint, whatever is kept of its body", (code, { hint }) => {
  const explained = explainError(factsOf({ status: 503, answeredBy: 'failure', code }));
  expect(explained?.check[0]).toBe(hint);
  expect(explained?.what).toMatch(/^The proxy /);
});

test('a refusal shows the reason, hint, rule and setting of its body', () => {
  const body = {
    error: { code: 'X', detail: 'It is refused.', extraDetail: { hint: 'Do so.', rule: 'r', setting: 's' } },
  };
  const facts = factsOf({ status: 403, answeredBy: 'refusal', code: 'OPERATION_REFUSED' });
  const explained = explainError(facts, readToldError(JSON.stringify(body)));
  expect(explained).toMatchObject({ what: 'It is refused.', rule: 'r', setting: 's' });
  expect(explained?.check[0]).toBe('Do so.');
});

test('a good answer has no explanation', () => {
  expect(explainError(factsOf({ status: 200 }))).toBeUndefined();
  expect(explainError(factsOf({ status: 204, answeredBy: 'preflight' }))).toBeUndefined();
});

test.each([
  ['no body', undefined, {}],
  ['what is no JSON', '<html>', {}],
  ['another shape', '{"error":{"detail":7,"extraDetail":[]}}', {}],
  ['an error as plain text', '{"error":"gone"}', { detail: 'gone' }],
])('%s is read', (_, text, told) => {
  expect(readToldError(text)).toEqual(told);
});
