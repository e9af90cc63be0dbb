import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/issues.ts';
import { loadConfig } from '../../src/config/load.ts';
import { parsePolicyFile, parseRule } from '../../src/config/policy.ts';
import { FORWARDED_METHODS } from '../../src/http/methods.ts';
import { createFolder } from '../support/folder.ts';

const load = (files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>) =>
  loadConfig({ env, cwd: createFolder(files) }).config.policy;

function problemOf(content: string): string {
  try {
    load({ 'policy.json': content }, { MKIO_PROXY_POLICY: 'policy.json' });
    return 'none';
  } catch (error) {
    if (error instanceof ConfigError) return error.issues[0]?.problem ?? '';
    throw error;
  }
}

describe('A rule', () => {
  test.each([
    ['POST /user/tokens', 'POST', '/api/v1/user/tokens'],
    ['/user/tokens/', '*', '/api/v1/user/tokens'],
    ['* /user/**', '*', '/api/v1/user/**'],
    ['GET /api/ams/*/assets', 'GET', '/api/ams/*/assets'],
    ['GET /.well-known/jwks.json', 'GET', '/.well-known/jwks.json'],
    ['GET /auth/token', 'GET', '/auth/token'],
    ['DELETE  **', 'DELETE', '**'],
    ['GET /projects/p/media/assets/a%2Cb', 'GET', '/api/v1/projects/p/media/assets/a%2Cb'],
  ])('%j is parsed as %s on %s', (text, method, path) => {
    expect(parseRule(text)).toEqual({ method, path, text });
  });

  test('accepts every forwarded method', () => {
    for (const method of FORWARDED_METHODS) expect(parseRule(`${method} /user`).method).toBe(method);
  });

  test.each([
    ['user/tokens', /not a rule/],
    ['get /user', /not a rule/],
    ['GET /user tokens', /not a rule/],
    ['GET /user?x=1', /not a rule/],
    ['', /not a rule/],
    ['DELTE **', /method that is never forwarded/],
    ['TRACE /user', /method that is never forwarded/],
    ['GET /user//tokens', /empty segment/],
    ['GET /user/../tokens', /dot segment/],
    ['GET /user/tok*', /\* or \*\* beside other/],
    ['GET /user/***', /\* or \*\* beside other/],
    ['GET /user/**x', /\* or \*\* beside other/],
    ['GET /user%2ftokens', /escape that no path has/],
    ['GET /user%zz', /escape that no path has/],
    ['GET /user/%2a', /escape that no path has/],
  ])('%j is refused', (text, problem) => {
    expect(() => parseRule(text)).toThrow(problem);
  });
});

describe('A policy file', () => {
  test('keeps the order of its rules', () => {
    const { rules, otherwise } = parsePolicyFile([
      { $schema: 'x', deny: ['DELETE **'], allow: ['GET /a', 'GET /b'] },
      { deny: ['/c'], otherwise: 'allow' },
    ]);
    expect(rules.map(({ verdict, text }) => `${verdict} ${text}`)).toEqual([
      'deny DELETE **',
      'allow GET /a',
      'allow GET /b',
      'deny /c',
    ]);
    expect(otherwise).toBe('allow');
  });

  test('denies unmatched requests by default', () => {
    expect(parsePolicyFile({})).toEqual({ rules: [], otherwise: 'deny' });
  });

  test.each([
    ['[[]]', 'the file policy.json holds no JSON object'],
    ['"read-only"', 'the file policy.json holds no JSON object'],
    ['{"allow":"GET /a"}', 'the file policy.json has allow without a list of texts'],
    ['{"deny":[1]}', 'the file policy.json has deny without a list of texts'],
    ['{"deny":["/a","DELTE **"]}', /holds a rule for a method that is never forwarded \(deny, rule 2\)$/],
    ['{"otherwise":"maybe"}', /otherwise that is neither allow nor deny$/],
    ['{"allowed":[]}', /member that is neither allow, deny nor otherwise$/],
    ['{', 'the file policy.json is not valid JSON'],
  ])('is refused with content %s', (content, problem) => {
    expect(problemOf(content)).toMatch(problem);
  });

  test('must exist at start', () => {
    expect(() => load({}, { MKIO_PROXY_POLICY: 'none.json' })).toThrow('the file none.json cannot be read (ENOENT)');
  });

  test('loads from the example config/policy.json', () => {
    const cwd = new URL('../..', import.meta.url).pathname;
    const { base } = loadConfig({ env: {}, cwd, flags: { policy: 'config/policy.json' } }).config.policy;
    const shipped = JSON.parse(readFileSync(`${cwd}/config/policy.json`, 'utf8')) as Record<string, string[]>;
    expect(base).toMatchObject({ otherwise: 'deny', rules: { length: shipped.allow!.length + shipped.deny!.length } });
  });
});

describe('The policy settings', () => {
  test('allow all projects and all operations that are not guarded by default', () => {
    expect(load({}, {})).toEqual({ base: { levels: ['default'] }, allow: [], projects: [] });
  });

  test('may be lists in a settings file', () => {
    const settings = { policy: 'read-only', policyAllow: ['POST /user/tokens', 'GET /x/a%2Cb'], projects: ['a', 'b'] };
    const { base, allow, projects } = load(
      { 'settings.json': JSON.stringify(settings) },
      { MKIO_PROXY_CONFIG: 'settings.json' },
    );
    expect(base).toEqual({ levels: ['read-only'] });
    expect(allow.map(({ path }) => path)).toEqual(['/api/v1/user/tokens', '/api/v1/x/a%2Cb']);
    expect(projects).toEqual(['a', 'b']);
  });
});

test.each([
  'x-http-method-override',
  'x-http-method',
  'X_Original_URL',
  'x-rewrite-url',
  'x-ms-http-verb',
  'x-ms-url',
  'x-forwarded-uri',
])('No setting forwards %s, which could change the request after the policy decision', (name) => {
  expect(() => load({}, { MKIO_PROXY_FORWARD_HEADERS: name })).toThrow('which is never forwarded');
});
