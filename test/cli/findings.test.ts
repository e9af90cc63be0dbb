import { describe, expect, test } from 'vitest';
import { judgeAnswer } from '../../src/cli/findings.ts';

const answer = (status: number, body: unknown = {}, ownCode: string | null = null) => ({ status, body, ownCode });

describe('An answer to check', () => {
  test('that is good tells whom or what it is about', () => {
    const profile = answer(200, { spec: { loginEmail: 'ada@example.com\u001b[2J' } });
    expect(judgeAnswer('profile', profile)).toEqual({
      ok: true,
      what: 'profile',
      detail: 'ada@example.com[2J',
      exit: 0,
    });
    expect(judgeAnswer('project', answer(200, { metadata: { name: 'demo' } })).detail).toBe('demo');
    expect(judgeAnswer('odd', answer(200, null)).detail).toBe('answered');
  });

  test.each([
    [401, 3],
    [403, 3],
    [404, 2],
    [429, 5],
    [500, 5],
  ])('of MK.IO with status %d asks for exit code %d', (status, exit) => {
    const finding = judgeAnswer('x', answer(status, { error: { detail: 'why\n' } }));
    expect(finding).toMatchObject({ ok: false, exit, detail: `${status} why` });
    expect(finding.hint).toBeTruthy();
  });

  test.each([
    ['UPSTREAM_UNTRUSTED', 5],
    ['TOKEN_EXPIRED', 3],
    ['NOT_FORWARDED', 1],
    ['NEVER_HEARD_OF', 1],
  ])('of the proxy itself with %s asks for exit code %d', (code, exit) => {
    expect(judgeAnswer('x', answer(502, { error: { detail: 'why' } }, code))).toMatchObject({ ok: false, exit });
  });
});
