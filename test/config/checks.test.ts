import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/issues.ts';
import type { ConfigWorlds } from '../../src/config/load.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createFolder } from '../support/folder.ts';

type Env = ConfigWorlds['env'];

const load = (env: Env, execArgv: readonly string[] = []) => loadConfig({ env, cwd: createFolder(), execArgv });

function problemsOf(env: Env, execArgv?: readonly string[]): readonly string[] {
  try {
    load(env, execArgv);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ setting, problem }) => `${setting} ${problem}`);
    throw error;
  }
}

describe('The upstream', () => {
  test.each(['http://app.mk.io', 'http://10.0.0.1', 'http://localhost.example.com', 'http://128.0.0.1'])(
    'may not be %s: the token would cross a network in plain text',
    (url) => {
      expect(problemsOf({ MKIO_BASE_URL: url })).toEqual([
        'MKIO_BASE_URL would send the token in plain text over a network',
      ]);
    },
  );

  test.each([
    'http://localhost:1',
    'http://mkio.localhost:1',
    'http://127.1.2.3:1',
    'http://[::1]:1',
    'http://127.1:1',
  ])('may be %s, which stays on this machine', (url) => {
    expect(problemsOf({ MKIO_BASE_URL: url })).toEqual([]);
  });

  test.each<[string, Env]>([
    ['http://localhost:6546', {}],
    ['http://127.0.0.1:6547', {}],
    ['http://[::1]:6546', { MKIO_PROXY_HOST: '0.0.0.0' }],
    ['https://localhost:7000', { MKIO_PROXY_PORT: '7000' }],
    ['http://localhost', { MKIO_PROXY_PORT: '80' }],
    ['https://proxy.test:6546', { MKIO_PROXY_HOST: 'proxy.test', MKIO_PROXY_UNSAFE_OPEN: 'yes' }],
  ])('may not be the proxy itself: %s with %j', (url, env) => {
    expect(problemsOf({ MKIO_BASE_URL: url, ...env })).toEqual([
      'MKIO_BASE_URL points at the proxy itself, which is the value for its callers',
    ]);
  });

  test.each<[string, Env]>([
    ['http://localhost:6548', {}],
    ['http://localhost:6547', { MKIO_PROXY_ADMIN_PORT: 'off' }],
    ['http://localhost:6546', { MKIO_PROXY_HOST: '10.0.0.5' }],
    ['http://localhost:1', { MKIO_PROXY_PORT: '0' }],
  ])('may be another server on this machine: %s with %j', (url, env) => {
    expect(problemsOf({ MKIO_BASE_URL: url, ...env })).toEqual([]);
  });
});

describe('The surroundings', () => {
  test('may not turn off the verification of certificates', () => {
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toHaveLength(1);
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });

  test('may not make the HTTP parser lax, by environment or argument', () => {
    expect(problemsOf({ NODE_OPTIONS: '--max-old-space-size=64 --insecure-http-parser' })).toHaveLength(1);
    for (const text of ['--insecure_http_parser', '"--insecure-http-parser"', '--insecure-http-parser=true']) {
      expect(problemsOf({ NODE_OPTIONS: text })).toHaveLength(1);
    }
    expect(problemsOf({}, ['--insecure-http-parser'])).toHaveLength(1);
    expect(problemsOf({ NODE_OPTIONS: '--no-insecure-http-parser' }, ['--enable-source-maps'])).toEqual([]);
  });
});

describe('The token', () => {
  test('comes from one source', () => {
    expect(problemsOf({ MKIO_TOKEN: 'x', MKIO_TOKEN_FILE: 'f' })).toEqual([
      'MKIO_TOKEN is set beside MKIO_TOKEN_FILE (environment)',
    ]);
  });
});

describe('The listeners', () => {
  test.each<[Env, number]>([
    [{ MKIO_PROXY_ADMIN_PORT: '6546' }, 1],
    [{ MKIO_PROXY_ADMIN_PORT: '6546', MKIO_PROXY_HOST: '0.0.0.0' }, 1],
    [{ MKIO_PROXY_ADMIN_PORT: '6546', MKIO_PROXY_ADMIN_HOST: '127.0.0.2' }, 0],
    [{ MKIO_PROXY_ADMIN_PORT: '0', MKIO_PROXY_PORT: '0' }, 0],
  ])('do not share an address: %j gives %d problems', (env, count) => {
    expect(problemsOf(env)).toHaveLength(count);
  });

  test('beyond loopback give a warning that says what this allows', () => {
    const { warnings } = load({ MKIO_PROXY_HOST: '0.0.0.0', MKIO_PROXY_ADMIN_HOST: '::' });
    expect(warnings).toEqual([
      'MKIO_PROXY_HOST is 0.0.0.0 (environment): whoever reaches this machine uses MK.IO with your token.',
      'MKIO_PROXY_ADMIN_HOST is :: (environment): whoever reaches this machine reads what passes the proxy.',
    ]);
  });

  test('on loopback give none', () => {
    expect(load({ MKIO_PROXY_HOST: '::1' }).warnings).toEqual([]);
  });
});
