import { describe, expect, test } from 'vitest';
import { judgeRefusal, readId } from '../../../src/cli/check/answers.ts';

const answer = (status: number, body: unknown = {}, ownCode: string | null = null) => ({ status, body, ownCode });

describe('An error answer to check', () => {
  test.each([
    [401, 3],
    [403, 3],
    [404, 2],
    [429, 5],
    [500, 5],
  ])('of MK.IO with status %d leads to exit code %d', (status, exit) => {
    const fact = judgeRefusal(answer(status, { error: { detail: 'why' } }));
    expect(fact).toMatchObject({ status: 'fail', exit, detail: `${status} why` });
    expect(fact.hint).toBeTruthy();
  });

  test.each([
    ['UPSTREAM_UNTRUSTED', 5],
    ['TOKEN_EXPIRED', 3],
    ['NOT_FORWARDED', 1],
    ['NEVER_HEARD_OF', 1],
  ])('of the proxy itself with %s leads to exit code %d', (code, exit) => {
    expect(judgeRefusal(answer(502, { error: { detail: 'why' } }, code))).toMatchObject({ status: 'fail', exit });
  });

  test.each([null, 7, 'x', [], { error: null }, { error: { detail: 7 } }])('may have the body %j', (body) => {
    expect(judgeRefusal(answer(500, body)).detail).toBe('500');
  });

  test('is truncated if it is long', () => {
    expect(judgeRefusal(answer(500, { error: { detail: 'x'.repeat(10_000) } })).detail.length).toBeLessThan(400);
  });
});

test('An id that is not a UUID is ignored', () => {
  const id = '0a1b2c3d-0000-4000-8000-000000000001';
  expect(readId({ metadata: { id } }, 'metadata', 'id')).toBe(id);
  for (const bad of ['../profile', `${id}/..`, '$(id)', '', 7]) expect(readId({ id: bad }, 'id')).toBeUndefined();
});
