import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LEVELS, parsePolicyFile, parseRule } from '../../src/config/policy.ts';
import { OPERATIONS } from '../../src/mkio/operations.ts';
import { asProxyError, renderError } from '../../src/errors.ts';
import { requireAllowed } from '../../src/policy/plugin.ts';
import { policyOf } from '../support/policy.ts';

const guide = readFileSync(resolve(import.meta.dirname, '../../docs/policy.md'), 'utf8');
const jsons = [...guide.matchAll(/```json\n([^]*?)```/g)].map(([, text = '']) => JSON.parse(text) as unknown);

describe('the policy guide', () => {
  test('shows the real body of a refusal', () => {
    const target = { authority: 'localhost', path: '/api/v1/user/tokens', query: '' };
    const ask = () => requireAllowed(policyOf(), 'POST', target);
    let body: unknown;
    try {
      ask();
    } catch (error) {
      body = JSON.parse(renderError(asProxyError(error), '…').body);
    }
    const { error } = body as { error: { extraDetail: { hint: string } } };
    expect({ ...(body as object), error: { ...error, extraDetail: { ...error.extraDetail, hint: '…' } } }).toEqual(
      jsons[0],
    );
  });

  test('lists every read that may return a secret', () => {
    const [, table = ''] = /### Reads that may return secrets([^]*?)\n## /.exec(guide) ?? [];
    const named = new Set([...table.matchAll(/`([\w.]+)`/g)].map(([, name]) => name));
    const secret = OPERATIONS.filter(({ reads, returnsSecrets }) => reads && returnsSecrets);
    const resources = secret.map(({ id }) => id.replace(/^\w+\./, '').replace(/\.(?:list|listByType|get)$/, ''));
    expect(resources.filter((resource) => !named.has(resource))).toEqual([]);
  });

  test('shows a policy file that loads', () => {
    expect(parsePolicyFile(jsons[1]).rules).toHaveLength(3);
  });

  test('names every level and shows only valid rules', () => {
    for (const level of LEVELS) expect(guide).toContain(`\`${level}\``);
    const rules = [...guide.matchAll(/`((?:GET|POST|DELETE) \/[^`]+)`/g)].map(([, rule = '']) => rule);
    expect(rules.length).toBeGreaterThan(2);
    for (const rule of rules) expect(() => parseRule(rule)).not.toThrow();
  });
});
