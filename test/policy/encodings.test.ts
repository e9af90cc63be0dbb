import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/mkio/operations.ts';
import { spellingsOf } from '../support/spellings.ts';
import type { PolicyText } from '../support/policy.ts';
import { askPolicy, policyOf } from '../support/policy.ts';

const POLICIES: readonly (readonly [string, PolicyText])[] = [
  ['the level default', {}],
  ['the level read-only', { levels: ['read-only'] }],
  ['families', { levels: ['media', 'live'] }],
  ['a level and a family', { levels: ['read-only', 'fleets'] }],
  ['projects', { projects: ['other'] }],
  ['additionally allowed operations', { allow: ['GET /user/tokens', 'POST /projects/*/media/**', 'PUT /*'] }],
  ['a file', { file: { deny: ['DELETE **', 'PATCH /projects/*/media/**'], allow: ['GET /projects/**'] } }],
];

const CASES = POLICIES.flatMap(([name, text]) => {
  const policy = policyOf(text);
  const refused = OPERATIONS.map(({ method, template }) => ({
    method,
    path: template.replace(/\{\w+\}/g, 'Some-name'),
  }))
    .filter(({ path }) => path.startsWith('/api/v1/'))
    .filter(({ method, path }) => askPolicy(policy, `${method} ${path}`) !== 'allow');
  return [[name, policy, refused] as const];
});

describe('no encoding of a refused path passes', () => {
  test.each(CASES)('under %s', (_, policy, refused) => {
    expect(refused.length).toBeGreaterThan(15);
    const asked = fc
      .constantFrom(...refused)
      .chain(({ method, path }) => fc.tuple(fc.constant(method), spellingsOf(path)));
    fc.assert(
      fc.property(asked, ([method, path]) => !policy.decide(method, { path }).allowed),
      { numRuns: 1500 },
    );
  });
});

// A policy file of random rules over few names, so that rules often overlap. No two rules differ only by case: if a rule
// allows `a`, a request for `a` is not an encoding of `A`.
const word = fc.constantFrom('a', 'B', 'cd', '*', '**');
const rule = fc.tuple(fc.constantFrom('allow', 'deny'), fc.array(word, { minLength: 1, maxLength: 4 }));
const name = fc.constantFrom('a', 'B', 'cd', 'x');

describe('a policy file of any rules', () => {
  test('refuses every encoding of a path that its first matching rule refuses', () => {
    const asked = fc
      .tuple(
        fc.array(rule, { maxLength: 5 }),
        fc.constantFrom('allow', 'deny'),
        fc.array(name, { minLength: 1, maxLength: 4 }),
      )
      .chain(([rules, otherwise, names]) =>
        fc.tuple(fc.constant({ rules, otherwise, names }), spellingsOf(`/api/v1/${names.join('/')}`)),
      );
    fc.assert(
      fc.property(asked, ([{ rules, otherwise, names }, path]) => {
        const file = [...rules.map(([verdict, words]) => ({ [verdict]: [`/${words.join('/')}`] })), { otherwise }];
        const plain = firstMatch(rules, otherwise, names);
        if (plain === 'allow') return;
        expect(policyOf({ file }).decide('GET', { path }).allowed).toBe(false);
      }),
      { numRuns: 4000 },
    );
  });

  test('allows a plain path that its first matching rule allows, if no rules differ only by case', () => {
    const lower = fc.constantFrom('a', 'b', 'cd', '*', '**');
    const asked = fc.tuple(
      fc.array(fc.tuple(fc.constantFrom('allow', 'deny'), fc.array(lower, { minLength: 1, maxLength: 4 })), {
        maxLength: 5,
      }),
      fc.constantFrom('allow', 'deny'),
      fc.array(fc.constantFrom('a', 'b', 'cd', 'x'), { minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(asked, ([rules, otherwise, names]) => {
        const file = [...rules.map(([verdict, words]) => ({ [verdict]: [`/${words.join('/')}`] })), { otherwise }];
        const { allowed } = policyOf({ file }).decide('GET', { path: `/api/v1/${names.join('/')}` });
        expect(allowed ? 'allow' : 'deny').toBe(firstMatch(rules, otherwise, names));
      }),
      { numRuns: 4000 },
    );
  });
});

/** The meaning of a policy file, by regular expressions. */
function firstMatch(
  rules: readonly (readonly [string, readonly string[]])[],
  otherwise: string,
  names: readonly string[],
) {
  const matching = rules.find(([, words]) => {
    const pattern = words.map((part) => (part === '**' ? '(?:/[^/]+)*' : part === '*' ? '/[^/]+' : `/${part}`));
    return new RegExp(`^${pattern.join('')}$`).test(`/${names.join('/')}`);
  });
  return matching?.[0] ?? otherwise;
}
