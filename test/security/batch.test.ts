// The attack: a caller sends an OData batch. Its path names no refused operation, but its body holds any requests, and the
// server would run them with the token.
import { expect, test } from 'vitest';
import type { PolicyText } from '../support/policy.ts';
import { askPolicy, policyOf } from '../support/policy.ts';

const BATCHES = [
  '/api/v1/$batch',
  '/api/v1/projects/mine/$batch',
  '/api/v1/projects/mine/media/$batch',
  '/api/v1/projects/mine/media/$batch/',
  '/api/v1/projects/mine/media/%24batch',
  '/api/v1/projects/mine/media/%2524b%61tch',
  '/api/v1/projects/mine/media/$BATCH',
  '/api/v1/projects/mine/media/$batch%20',
  '/api/v1/projects/mine/media/$batch.',
  '/api/v1/projects/mine/media/$batch;x=1',
  '/api/v1/projects/mine/media/$batch%3fx',
  '/api/v1/projects/mine/media/%EF%BC%84batch',
];
const POLICIES: readonly (readonly [string, PolicyText])[] = [
  ['the level default', {}],
  ['a family', { levels: ['media'] }],
  ['allowed operations', { allow: ['POST /**'] }],
  ['one project at the level open', { levels: ['open'], projects: ['mine'] }],
  ['a file', { file: { allow: ['POST /projects/mine/**'], otherwise: 'deny' } }],
];

test.each(POLICIES)('a batch is refused under %s', (_, text) => {
  const policy = policyOf(text);
  for (const path of BATCHES) {
    for (const method of ['POST', 'PUT', 'PATCH']) {
      expect([path, askPolicy(policy, `${method} ${path}`)]).not.toEqual([path, 'allow']);
    }
  }
});

test('a batch is a request like others at the level open', () => {
  expect(askPolicy(policyOf({ levels: ['open'] }), 'POST /api/v1/$batch')).toBe('allow');
});

test('a name that only contains the word is allowed', () => {
  for (const name of ['batch', '$batches', 'a$batch']) {
    expect(askPolicy(policyOf(), `PUT /api/v1/projects/p/media/assets/${name}`)).toBe('allow');
  }
});
