import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/mkio/operations.ts';
import { askPolicy, policyOf } from '../support/policy.ts';

const REFUSED = 'OPERATION_REFUSED';
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

const guarded = [
  'POST /user/tokens',
  'DELETE /user/tokens',
  'DELETE /user/tokens/1',
  'PUT /user/tokens/1',
  'DELETE /organization/tokens/1',
  'PATCH /user/organizations/1',
  'DELETE /user/organizations/1',
  'POST /organization',
  'PATCH /organization',
  'POST /organization/anything/new',
  'DELETE /organization/users/1',
  'PUT /organization/teams/t',
  'PATCH /organization/teams/t',
  'DELETE /organization/teams/t',
  'POST /organization/invites',
  'DELETE /organization/invites/1',
  'PATCH /organization/paymentMethods/1',
  'POST /organization/paymentMethods/1/acceptTermsAndConditions',
  'POST /projects/p/paymentMethod',
  'PATCH /user/profile',
  'PUT /api/profile/',
  'PUT /projects/p',
  'POST /projects',
  'GET /auth/token',
  'GET /auth/token/',
  'POST /auth/token',
];

describe('guarded operations', () => {
  test.each(guarded)('%s is refused by default', (request) => {
    expect(askPolicy(policyOf(), request)).toBe(REFUSED);
  });

  test.each(guarded)('%s is refused under a policy file that allows everything', (request) => {
    expect(askPolicy(policyOf({ file: { allow: ['**'], otherwise: 'allow' } }), request)).toBe(REFUSED);
  });

  test.each(guarded)('%s is allowed by MKIO_PROXY_POLICY_ALLOW and at the level open', (request) => {
    const rule = request.startsWith('PUT /api') ? 'PUT /api/profile' : request.replace(/\/$/, '');
    expect(askPolicy(policyOf({ allow: [rule] }), request)).toBe('allow');
    expect(askPolicy(policyOf({ levels: ['open'] }), request)).toBe('allow');
  });

  test.each([
    'GET /user/tokens',
    'HEAD /user/tokens/1',
    'OPTIONS /user/tokens',
    'GET /organization/tokens',
    'POST /projects/user/tokensx',
    'PUT /projects/user/media/assets/tokens',
    'DELETE /projects/p/user/tokens',
    'POST /organization/reports/usage',
    'PATCH /projects/p',
    'PATCH /projects/p/metricsEndpoint',
    'PUT /projects/p/webhook/rules/r',
    'POST /something/nobody/documented',
  ])('%s is not one', (request) => {
    expect(askPolicy(policyOf(), request)).toBe('allow');
  });

  test('are allowed one by one', () => {
    const policy = policyOf({ allow: ['POST /user/tokens'] });
    expect(askPolicy(policy, 'DELETE /user/tokens')).toBe(REFUSED);
    expect(askPolicy(policy, 'POST /User/tokens')).toBe(REFUSED);
    expect(askPolicy(policy, 'POST /user/tokens/')).toBe('allow');
  });
});

describe('the level read-only', () => {
  const policy = policyOf({ levels: ['read-only'] });

  test.each(OPERATIONS.filter(({ template }) => template.startsWith('/api/v1')))(
    'judges $method $template by what the catalogue knows',
    ({ method, template, reads, returnsSecrets }) => {
      expect(askPolicy(policy, `${method} ${template}`)).toBe(reads && !returnsSecrets ? 'allow' : REFUSED);
    },
  );

  test.each([
    'POST /projects/p/media/streamingLocators/l/listPaths',
    'POST /projects/p/media/streamingLocators/l/listPaths/',
    'POST /organization/reports/usage',
    'GET /projects/p/media/unknown',
    'HEAD /projects/p/media/assets',
    'OPTIONS /projects/p/media/storage',
  ])('allows %s', (request) => {
    expect(askPolicy(policy, request)).toBe('allow');
  });

  test.each([
    'POST /projects/p/media/assets/a/getFileAccessInfo',
    'POST /projects/p/media/assets/a/listStreamingLocators',
    'POST /projects/p/media/streamingLocators/l/listContentKeys',
    'POST /projects/p/media/streamingLocators/l/ListPaths',
    'POST /projects/p/media/unknown',
    'HEAD /projects/p/metricsEndpoint',
    'GET /projects/p/MetricsEndpoint',
    'GET /projects/p/media/storage/s/credentials/',
    'GET /api/ams/p/liveEvents/e',
    'GET /api/accounts/c/subscriptions/s/storage/',
    'POST /api/ams/p/streamingLocators/l/listContentKeys',
  ])('refuses %s', (request) => {
    expect(askPolicy(policy, request)).toBe(REFUSED);
  });
});

describe('families', () => {
  test('hold their documented operations, and management excludes the others', () => {
    for (const { method, template, family } of OPERATIONS) {
      // Guarded operations are refused earlier; see above.
      if (family === 'management') continue;
      expect([template, askPolicy(policyOf({ levels: [family] }), `${method} ${template}`)]).toEqual([
        template,
        'allow',
      ]);
      expect(askPolicy(policyOf({ levels: ['management'] }), `${method} ${template}`)).toBe(REFUSED);
    }
    for (const { method, template } of OPERATIONS.filter(({ family, reads }) => family === 'management' && reads)) {
      expect([template, askPolicy(policyOf({ levels: ['management'] }), `${method} ${template}`)]).toEqual([
        template,
        'allow',
      ]);
    }
  });

  test('are alternatives', () => {
    const policy = policyOf({ levels: ['media', 'live'] });
    expect(askPolicy(policy, 'PUT /projects/p/media/assets/a')).toBe('allow');
    expect(askPolicy(policy, 'PUT /projects/p/live/liveEvents/e')).toBe('allow');
    expect(askPolicy(policy, 'GET /projects/p/fleet/devices')).toBe(REFUSED);
  });

  test('let a client find its project, but not change it', () => {
    const policy = policyOf({ levels: ['media'] });
    expect(['GET', 'HEAD', 'OPTIONS'].map((method) => askPolicy(policy, `${method} /user/profile`))).toEqual([
      'allow',
      'allow',
      'allow',
    ]);
    expect(askPolicy(policy, 'GET /projects')).toBe('allow');
    expect(askPolicy(policy, 'GET /user/tokens')).toBe(REFUSED);
    expect(askPolicy(policy, 'POST /projects')).toBe(REFUSED);
  });

  test('combine with read-only', () => {
    const policy = policyOf({ levels: ['read-only', 'media'] });
    expect(askPolicy(policy, 'GET /projects/p/media/assets')).toBe('allow');
    expect(askPolicy(policy, 'PUT /projects/p/media/assets/a')).toBe(REFUSED);
    expect(askPolicy(policy, 'GET /projects/p/fleet/devices')).toBe(REFUSED);
  });
});

describe('projects', () => {
  const policy = policyOf({ projects: ['a', 'b-1'] });

  test.each([
    'GET /projects/a',
    'PUT /projects/a/media/assets/x',
    'DELETE /projects/b-1/infra/sites/s',
    'GET /user/profile',
    'HEAD /projects',
    'GET /.well-known/jwks.json',
    'GET /api/ready',
    'GET /api/ams/a/assets',
  ])('let %s pass', (request) => {
    expect(askPolicy(policy, request)).toBe('allow');
  });

  test.each([
    'GET /projects/c',
    'GET /projects/A',
    'GET /projects/a;x',
    'GET /projects/a%20',
    'GET /projects/ab/media/assets',
    'GET /Projects/a',
    'GET /organization',
    'GET /user/rbac',
    'GET /user/tokens',
    'GET /locations',
    'POST /organization/reports/usage',
    'PATCH /user/profile',
    'POST /projects',
    'GET /api/ams/c/assets',
    'GET /api/accounts/x/subscriptions/a',
  ])('refuse %s', (request) => {
    expect(askPolicy(policy, request)).toBe('PROJECT_REFUSED');
  });

  test('are checked before MKIO_PROXY_POLICY_ALLOW and the level open', () => {
    expect(askPolicy(policyOf({ projects: ['a'], allow: ['**'] }), 'POST /user/tokens')).toBe('PROJECT_REFUSED');
    expect(askPolicy(policyOf({ projects: ['a'], levels: ['open'] }), 'GET /projects/b')).toBe('PROJECT_REFUSED');
    expect(askPolicy(policyOf({ projects: ['a'] }), 'PUT /projects/a')).toBe(REFUSED);
  });
});

describe('a policy file', () => {
  test('is decided by its first matching rule', () => {
    const file = { allow: ['PUT /projects/*/media/assets/keep'], deny: ['PUT **'], otherwise: 'allow' };
    const [first, turned] = [policyOf({ file }), policyOf({ file: [{ deny: ['PUT **'] }, file] })];
    expect(askPolicy(first, 'PUT /projects/p/media/assets/keep')).toBe('allow');
    expect(askPolicy(first, 'PUT /projects/p/media/assets/other')).toBe(REFUSED);
    expect(askPolicy(first, 'DELETE /projects/p/media/assets/other')).toBe('allow');
    expect(askPolicy(turned, 'PUT /projects/p/media/assets/keep')).toBe(REFUSED);
  });

  test('refuses by default, unless `otherwise` allows', () => {
    expect(askPolicy(policyOf({ file: {} }), 'GET /user/profile')).toBe(REFUSED);
    expect(askPolicy(policyOf({ file: { otherwise: 'allow' } }), 'GET /user/profile')).toBe('allow');
  });

  test('treats HEAD as GET, but not GET as HEAD', () => {
    expect(askPolicy(policyOf({ file: { allow: ['GET **'] } }), 'HEAD /x')).toBe('allow');
    expect(askPolicy(policyOf({ file: { deny: ['GET **'], otherwise: 'allow' } }), 'HEAD /x')).toBe(REFUSED);
    expect(askPolicy(policyOf({ file: { allow: ['HEAD **'] } }), 'GET /x')).toBe(REFUSED);
  });

  test('is loosened by MKIO_PROXY_POLICY_ALLOW', () => {
    expect(askPolicy(policyOf({ file: { deny: ['**'] }, allow: ['GET /x/*'] }), 'GET /x/y')).toBe('allow');
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['GET /x/*', ['/x/y', '/x/y/'], ['/x', '/x/', '/x/y/z', '/xy']],
    ['GET /x/**', ['/x', '/x/', '/x/y', '/x/y/z'], ['/xy', '/y/x']],
    ['GET /*/x/**/y', ['/a/x/y', '/a/x/b/c/y', '/a/x/y/y'], ['/x/y', '/a/x', '/a/b/x/y']],
    ['GET /x/caf%C3%A9', ['/x/caf%c3%a9', '/x/%63af%C3%a9'], ['/x/cafe', '/x/caf%E9']],
    ['GET /x/a%2Cb', ['/x/a,b', '/x/a%2cb'], ['/x/a']],
    ['**', ['/x', '/x/y'], []],
  ])('matches exactly the paths of %s', (rule, inside, outside) => {
    const policy = policyOf({ file: { allow: [rule] } });
    expect(inside.filter((path) => askPolicy(policy, `GET ${path}`) !== 'allow')).toEqual([]);
    expect(outside.filter((path) => askPolicy(policy, `GET ${path}`) === 'allow')).toEqual([]);
  });
});

describe('a verdict', () => {
  test('of refusal names the rule and the narrowest setting that allows it', () => {
    const told = (request: string, text = {}) => {
      const [method = '', path = ''] = request.split(' ');
      const verdict = policyOf(text).decide(method, { path: `/api/v1${path}` });
      return verdict.allowed ? [verdict.rule] : [verdict.rule, verdict.setting];
    };
    expect(told('DELETE /user/tokens/1')).toEqual([
      'guarded: creating and revoking tokens',
      "MKIO_PROXY_POLICY_ALLOW='DELETE /user/tokens/*'",
    ]);
    expect(told('HEAD /projects/p/media/storage/s', { levels: ['read-only'] })).toEqual([
      'level read-only: reading secrets',
      "MKIO_PROXY_POLICY_ALLOW='GET /projects/*/media/storage/*'",
    ]);
    expect(told('POST /new/thing', { levels: ['read-only'] })).toEqual([
      'level read-only: what does not only read',
      "MKIO_PROXY_POLICY_ALLOW='POST /new/thing'",
    ]);
    expect(told('POST /new/a%27b', { file: { deny: ['POST **'] } })).toEqual([
      'policy file: deny POST **',
      'MKIO_PROXY_POLICY_ALLOW',
    ]);
    expect(told('GET /new', { projects: ['a'] })).toEqual(['MKIO_PROXY_PROJECTS', 'MKIO_PROXY_PROJECTS']);
  });

  test('of refusal names a setting that works', () => {
    const policy = policyOf({ file: { otherwise: 'deny' } });
    for (const { method, template } of OPERATIONS) {
      const verdict = policy.decide(method, { path: template });
      const rule = /='(.*)'$/.exec(verdict.allowed ? '' : verdict.setting)?.[1] ?? '';
      const allow = [template.startsWith('/api/v1') ? rule : rule.replace('/api/v1', '')];
      expect([template, policyOf({ file: {}, allow }).decide(method, { path: template }).allowed]).toEqual([
        template,
        true,
      ]);
    }
  });

  test('is the same for a read at the default level, with or without the short cut', () => {
    for (const { method, template } of OPERATIONS) {
      if (!METHODS.slice(0, 3).includes(method)) continue;
      expect(policyOf().decide(method, { path: template }).allowed).toBe(true);
      expect(policyOf().decide(method, { path: `${template}%20` }).allowed).toBe(true);
    }
  });
});
