import { describe, expect, test } from 'vitest';
import { renderLoosenings } from '../../src/policy/loosenings.ts';
import type { PolicyText } from '../support/policy.ts';
import { parsePolicyText } from '../support/policy.ts';

const warn = (text: PolicyText) =>
  renderLoosenings(parsePolicyText(text), { policy: 'flag --policy', policyAllow: 'environment' });

describe('the start warns about each loosening of the policy:', () => {
  test('the level open', () => {
    expect(warn({ levels: ['open'] })).toEqual([
      'MKIO_PROXY_POLICY is open (flag --policy): callers may do all that the token may, such as creating tokens and ' +
        'changing accounts and payment. Minted tokens go to the caller, in the answer.',
    ]);
  });

  test.each<[string, string]>([
    ['POST /user/tokens', 'create a token. Minted tokens go to the caller, in the answer.'],
    ['DELETE /user/tokens/*', 'revoke one own token.'],
    ['DELETE /organization/users/1234', 'remove a user from the organization.'],
    ['PUT /projects/*', 'create a project.'],
    ['POST /projects/p/paymentMethod', 'assign a payment method to a project.'],
    ['/organization/teams/**', 'create or replace a team, change part of a team, remove a team.'],
    ['GET /auth/token', 'do this: handing out a token. Minted tokens go to the caller, in the answer.'],
    ['POST /user/new', 'do this: changing the account.'],
    [
      '**',
      'create an organization, change the organization, change a payment method and 17 more. ' +
        'Minted tokens go to the caller, in the answer.',
    ],
  ])('MKIO_PROXY_POLICY_ALLOW with %s', (rule, text) => {
    expect(warn({ allow: [rule] })).toEqual([
      `MKIO_PROXY_POLICY_ALLOW has "${rule}" (environment): callers may now ${text}`,
    ]);
  });

  test('but not about safe settings', () => {
    expect(warn({})).toEqual([]);
    expect(warn({ levels: ['read-only'], allow: ['PUT /projects/*/media/assets/*', 'GET /user/tokens'] })).toEqual([]);
    expect(warn({ allow: ['POST /organization/reports/usage'] })).toEqual([]);
  });
});
