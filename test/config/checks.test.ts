import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/issues.ts';
import type { ConfigInput } from '../../src/config/load.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createFolder } from '../support/folder.ts';

type Env = ConfigInput['env'];

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

function failureOf(env: Env): ConfigError {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('the settings were taken');
}

describe('MKIO_BASE_URL', () => {
  test.each(['http://app.mk.io', 'http://10.0.0.1', 'http://localhost.example.com', 'http://128.0.0.1'])(
    'refuses %s, as the token would cross a network in plain text',
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
  ])('accepts %s, which stays on this machine', (url) => {
    expect(problemsOf({ MKIO_BASE_URL: url })).toEqual([]);
  });

  test.each<[string, Env]>([
    ['http://localhost:6546', {}],
    ['http://127.0.0.1:6547', {}],
    ['http://[::1]:6546', { MKIO_PROXY_HOST: '0.0.0.0', MKIO_PROXY_UNSAFE_OPEN: 'yes' }],
    ['https://localhost:7000', { MKIO_PROXY_PORT: '7000' }],
    ['http://localhost', { MKIO_PROXY_PORT: '80' }],
    ['https://proxy.test:6546', { MKIO_PROXY_HOST: 'proxy.test', MKIO_PROXY_UNSAFE_OPEN: 'yes' }],
  ])('refuses the address of the proxy itself: %s with %j', (url, env) => {
    expect(problemsOf({ MKIO_BASE_URL: url, ...env })).toEqual([
      'MKIO_BASE_URL points at the proxy itself, which is the value for its callers',
    ]);
  });

  test.each<[string, Env]>([
    ['http://localhost:6548', {}],
    ['http://localhost:6547', { MKIO_PROXY_ADMIN_PORT: 'off' }],
    ['http://localhost:6546', { MKIO_PROXY_HOST: '10.0.0.5', MKIO_PROXY_UNSAFE_OPEN: 'yes' }],
    ['http://localhost:1', { MKIO_PROXY_PORT: '0' }],
  ])('accepts another server on this machine: %s with %j', (url, env) => {
    expect(problemsOf({ MKIO_BASE_URL: url, ...env })).toEqual([]);
  });
});

describe('The environment of the process', () => {
  test('must not disable the verification of certificates', () => {
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toHaveLength(1);
    expect(problemsOf({ NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });

  test('must not make the HTTP parser lax, by variable or argument', () => {
    expect(problemsOf({ NODE_OPTIONS: '--max-old-space-size=64 --insecure-http-parser' })).toHaveLength(1);
    for (const text of ['--insecure_http_parser', '"--insecure-http-parser"', '--insecure-http-parser=true']) {
      expect(problemsOf({ NODE_OPTIONS: text })).toHaveLength(1);
    }
    expect(problemsOf({}, ['--insecure-http-parser'])).toHaveLength(1);
    expect(problemsOf({ NODE_OPTIONS: '--no-insecure-http-parser' }, ['--enable-source-maps'])).toEqual([]);
  });
});

describe('The token', () => {
  test('has only one source', () => {
    expect(problemsOf({ MKIO_TOKEN: 'x', MKIO_TOKEN_FILE: 'f' })).toEqual([
      'MKIO_TOKEN is set beside MKIO_TOKEN_FILE (environment)',
    ]);
    expect(problemsOf({ MKIO_TOKEN: 'x', MKIO_TOKEN_COMMAND: 'c' })).toEqual([
      'MKIO_TOKEN is set beside MKIO_TOKEN_COMMAND (environment)',
    ]);
    expect(problemsOf({ MKIO_TOKEN: '', MKIO_TOKEN_FILE: 'f', MKIO_TOKEN_COMMAND: 'c' })).toEqual([
      'MKIO_TOKEN is set beside MKIO_TOKEN_FILE (environment) and MKIO_TOKEN_COMMAND (environment)',
    ]);
    expect(problemsOf({ MKIO_TOKEN_FILE: 'f', MKIO_TOKEN_COMMAND: 'c' })).toHaveLength(1);
  });
});

describe('The listeners', () => {
  test.each<[Env, number]>([
    [{ MKIO_PROXY_ADMIN_PORT: '6546' }, 1],
    [{ MKIO_PROXY_ADMIN_PORT: '6546', MKIO_PROXY_HOST: '0.0.0.0', MKIO_PROXY_UNSAFE_OPEN: 'yes' }, 1],
    [{ MKIO_PROXY_ADMIN_PORT: '6546', MKIO_PROXY_ADMIN_HOST: '127.0.0.2' }, 0],
    [{ MKIO_PROXY_ADMIN_PORT: '0', MKIO_PROXY_PORT: '0' }, 0],
  ])('must not share an address: %j gives %d problems', (env, count) => {
    expect(problemsOf(env)).toHaveLength(count);
  });

  test.each<[string, Env]>([
    ['MKIO_PROXY_HOST', { MKIO_PROXY_HOST: '0.0.0.0' }],
    ['MKIO_PROXY_HOST', { MKIO_PROXY_HOST: 'proxy.example.com', MKIO_PROXY_UNSAFE_OPEN: 'no' }],
    ['MKIO_PROXY_SOCKET_MODE', { MKIO_PROXY_SOCKET: '/run/mkio.sock', MKIO_PROXY_SOCKET_MODE: '0660' }],
    ['MKIO_PROXY_SOCKET_MODE', { MKIO_PROXY_SOCKET: '/run/mkio.sock', MKIO_PROXY_SOCKET_MODE: '0602' }],
  ])('need a caller key if other users can connect: %s with %j is refused with both remedies', (name, env) => {
    const error = failureOf(env);
    expect(error.issues).toEqual([
      expect.objectContaining({
        setting: name,
        problem: 'lets others than you reach the proxy, who would spend your token',
      }),
    ]);
    expect(error.message).toMatch(/MKIO_PROXY_CALLER_KEYS_FILE.*MKIO_PROXY_UNSAFE_OPEN=yes/);
  });

  test.each<[Env, RegExp | undefined]>([
    [{ MKIO_PROXY_HOST: '0.0.0.0', MKIO_PROXY_UNSAFE_OPEN: 'yes' }, /whoever reaches the proxy uses MK\.IO/],
    [{ MKIO_PROXY_HOST: '0.0.0.0', MKIO_PROXY_CALLER_KEYS_FILE: 'keys' }, /whoever .* has a caller key/],
    [{ MKIO_PROXY_HOST: '0.0.0.0', MKIO_PROXY_CALLER_KEY: 'a-key-of-sixteen' }, /whoever .* has a caller key/],
    [
      { MKIO_PROXY_SOCKET: 's', MKIO_PROXY_SOCKET_MODE: '0660', MKIO_PROXY_UNSAFE_OPEN: 'yes' },
      /MKIO_PROXY_SOCKET_MODE/,
    ],
    [{ MKIO_PROXY_SOCKET: 's' }, undefined],
    [{ MKIO_PROXY_SOCKET: 's', MKIO_PROXY_HOST: '0.0.0.0' }, undefined],
    [
      { MKIO_PROXY_ALLOWED_HOSTS: '.example.com' },
      /controls the DNS of \.example\.com .*; over plain HTTP any web page/,
    ],
    [
      { MKIO_PROXY_ALLOWED_HOSTS: '.example.com', MKIO_PROXY_CALLER_KEY: 'a-key-of-sixteen' },
      /controls the DNS of \.example\.com can have web pages call the proxy\.$/,
    ],
    [{ MKIO_PROXY_ALLOWED_ORIGINS: 'https://a.test' }, /pages of https:\/\/a\.test use MK\.IO/],
    [{ MKIO_PROXY_REDIS_URL: 'redis://r' }, /MKIO_PROXY_REDIS_URL .* has nothing to count/],
    [{ MKIO_PROXY_REDIS_URL: 'redis://r', MKIO_PROXY_BUDGET: '50%' }, undefined],
    [{ MKIO_PROXY_ADMIN_HOST: '::' }, /MKIO_PROXY_ADMIN_HOST is :: .*reads the health of the proxy\.$/],
    [
      { MKIO_PROXY_ADMIN_HOST: '::', MKIO_PROXY_ADMIN_KEY: 'a-key-of-sixteen' },
      /and with MKIO_PROXY_ADMIN_KEY everything/,
    ],
  ])('give a warning for each loosened default: %j warns %s', (env, warning) => {
    const { warnings } = load(env);
    expect(warnings).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
  });

  test('give no warning on loopback', () => {
    expect(load({ MKIO_PROXY_HOST: '::1' }).warnings).toEqual([]);
  });
});
