import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { OptionKey } from '../../src/config/options.ts';
import { OPTION_KEYS, flagOf, optionOf } from '../../src/config/options.ts';

const GOOD: readonly (readonly [OptionKey, string, unknown])[] = [
  ['token', 'anything at all', 'anything at all'],
  ['tokenFile', '/run/secrets/mkio_token', '/run/secrets/mkio_token'],
  ['tokenFile', '-', '-'],
  ['tokenCommand', `op read 'op://a b/c'`, ['op', 'read', 'op://a b/c']],
  ['tokenCommandTimeout', '30s', 30_000],
  ['revocationCheck', '5m', 300_000],
  ['revocationCheck', 'off', undefined],
  ['project', 'my-project_1', 'my-project_1'],
  ['baseUrl', 'https://app.mk.io', 'https://app.mk.io'],
  ['baseUrl', 'https://APP.mk.io:443/', 'https://app.mk.io'],
  ['baseUrl', 'http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
  ['connectTimeout', '500ms', 500],
  ['headersTimeout', '1h', 3_600_000],
  ['idleTimeout', '2m', 120_000],
  ['drainTimeout', '0s', 0],
  ['prestopDelay', '0s', 0],
  ['host', '0.0.0.0', '0.0.0.0'],
  ['host', '[::1]', '::1'],
  ['host', 'LocalHost', 'localhost'],
  ['port', '0', 0],
  ['port', '65535', 65_535],
  ['prefixes', '/api/v1/,/api/v2 , /api/v1', ['/api/v1', '/api/v2']],
  ['forwardHeaders', 'X-Correlation-Id, traceparent', ['x-correlation-id', 'traceparent']],
  ['rewriteLinks', 'off', false],
  ['maxBody', 'off', undefined],
  ['maxBody', '64KiB', 65_536],
  ['maxConnections', '1', 1],
  ['maxPipelined', '1', 1],
  ['maxHeader', '32KiB', 32_768],
  ['callerTimeout', '30s', 30_000],
  ['socket', '/run/mkio.sock', '/run/mkio.sock'],
  ['socketMode', '0660', 0o660],
  ['socketMode', '600', 0o600],
  ['allowedHosts', 'Proxy.Example.com., .internal', ['proxy.example.com', '.internal']],
  [
    'allowedOrigins',
    'https://app.example.com, http://localhost:5173/',
    ['https://app.example.com', 'http://localhost:5173'],
  ],
  ['navigation', 'pass', 'pass'],
  ['callerKey', 'a-key-of-sixteen\n', 'a-key-of-sixteen'],
  ['callerKeysFile', '/run/secrets/keys', '/run/secrets/keys'],
  ['unsafeOpen', 'yes', true],
  ['rateLimit', '600', 600],
  ['rateLimit', 'off', undefined],
  ['maxExchanges', '4', 4],
  ['adminKey', 'a-key-of-sixteen', 'a-key-of-sixteen'],
  ['quit', 'on', true],
  ['budget', '90%', 0.9],
  ['budget', 'off', undefined],
  ['redisUrl', ' rediss://:p%40ss@redis.example:6380/1 ', 'rediss://:p%40ss@redis.example:6380/1'],
  ['redisFailure', 'closed', 'closed'],
  ['maxStall', '1s', 1_000],
  ['maxMemory', 'auto', 'auto'],
  ['maxMemory', '64MB', 64_000_000],
  ['maxMemory', 'off', undefined],
  ['waitForToken', 'yes', true],
  ['policy', 'read-only, media', { levels: ['read-only', 'media'] }],
  ['policy', 'open', { levels: ['open'] }],
  ['policy', 'config/policy.json', { file: 'config/policy.json' }],
  ['policy', './rules', { file: './rules' }],
  ['policyAllow', 'POST /user/tokens', [{ method: 'POST', path: '/api/v1/user/tokens', text: 'POST /user/tokens' }]],
  ['policyAllow', '', []],
  ['projects', 'a, b-1,a', ['a', 'b-1']],
  ['adminHost', '::', '::'],
  ['adminPort', 'off', undefined],
  ['adminPort', '0', 0],
  ['capture', 'bodies', 'bodies'],
  ['captureBody', '1KB', 1_000],
  ['captureCount', '50', 50],
  ['captureBytes', '8MiB', 8_388_608],
  ['logLevel', 'silent', 'silent'],
  ['logFormat', 'pretty', 'pretty'],
  ['logFile', '/var/log/proxy.log', '/var/log/proxy.log'],
  ['logFileSize', '1MB', 1_000_000],
  ['logFileCount', '3', 3],
  ['config', 'config/sidecar.json', 'config/sidecar.json'],
];

const BAD: readonly (readonly [OptionKey, string, RegExp])[] = [
  ['tokenFile', ' ', /not a path/],
  ['tokenCommand', 'pass show $NAME', /needs a shell/],
  ['tokenCommandTimeout', '0s', /too short/],
  ['revocationCheck', '0s', /too short/],
  ['project', 'a/b', /not a name/],
  ['baseUrl', 'app.mk.io', /not an absolute URL/],
  ['baseUrl', 'ftp://app.mk.io', /neither https nor http/],
  ['baseUrl', 'https://me:secret@app.mk.io', /user information/],
  ['baseUrl', 'https://app.mk.io?x=1', /query/],
  ['baseUrl', 'https://app.mk.io/?', /query/],
  ['baseUrl', 'https://app.mk.io/#', /fragment/],
  ['baseUrl', 'https://app.mk.io/api/v1', /path/],
  ['baseUrl', 'https://app.mk.io/.', /path/],
  ['baseUrl', 'https://@app.mk.io', /user information/],
  ['baseUrl', 'https://app\n.mk.io', /no valid host/],
  ['baseUrl', 'https:app.mk.io', /not an absolute URL/],
  ['baseUrl', 'https:\\\\app.mk.io', /not an absolute URL/],
  ['baseUrl', 'https:///app.mk.io', /has a path|no valid host/],
  ['connectTimeout', '10', /has no unit/],
  ['connectTimeout', '0s', /too short/],
  ['headersTimeout', '1.5s', /not a whole number/],
  ['headersTimeout', '2min', /unknown unit/],
  ['idleTimeout', '-1s', /not a whole number/],
  ['idleTimeout', '1000h', /too large/],
  ['drainTimeout', '0', /has no unit/],
  ['prestopDelay', '0', /has no unit/],
  ['host', '127.0.0.1:80', /not a host/],
  ['host', 'a b', /not a host/],
  ['capture', 'all', /not one of/],
  ['captureBody', '0B', /too small/],
  ['captureCount', '0', /not a count/],
  ['captureBytes', 'off', /./],
  ['port', '65536', /not a port/],
  ['port', '80x', /not a port/],
  ['port', '-1', /not a port/],
  ['port', '1e3', /not a port/],
  ['prefixes', '/', /bare \//],
  ['prefixes', 'api', /does not start with/],
  ['prefixes', '/api//v1', /empty segment/],
  ['prefixes', '/api/../v1', /dot segment/],
  ['prefixes', '/api/./v1', /dot segment/],
  ['prefixes', '/api?x', /not plain/],
  ['prefixes', '/api#x', /not plain/],
  ['prefixes', '/api%2e', /not plain/],
  ['prefixes', '/api\\v1', /not plain/],
  ['prefixes', '/api/v1,', /does not start with/],
  ['forwardHeaders', 'x-a,,x-b', /not a header name/],
  ['forwardHeaders', 'x a', /not a header name/],
  ['forwardHeaders', 'x:a', /not a header name/],
  ['rewriteLinks', 'yes', /neither on nor off/],
  ['maxBody', '10', /has no unit/],
  ['maxBody', '0B', /too small/],
  ['maxBody', '99999999999999GB', /too large/],
  ['maxBody', '10mb', /unknown unit/],
  ['maxConnections', '0', /not a count/],
  ['maxPipelined', '0', /not a count/],
  ['maxHeader', 'off', /not a whole number/],
  ['maxHeader', '0B', /too small/],
  ['callerTimeout', '0s', /too short/],
  ['socket', ' ', /not a path/],
  ['socketMode', '0800', /not a file mode/],
  ['allowedHosts', '*', /not a host/],
  ['allowedHosts', 'a.example:80', /not a host/],
  ['allowedHosts', '.', /not a host/],
  ['allowedHosts', '.0.0.1', /no name/],
  ['allowedOrigins', '*', /not an absolute URL/],
  ['allowedOrigins', 'null', /not an absolute URL/],
  ['allowedOrigins', 'https://*.example.com', /no valid host/],
  ['callerKey', 'short', /too short/],
  ['callerKey', ' ', /blank/],
  ['callerKey', 'sixteen characters', /no bearer token has/],
  ['callerKeysFile', ' ', /not a path/],
  ['unsafeOpen', 'true', /neither yes nor no/],
  ['rateLimit', '0', /not a count/],
  ['maxExchanges', '-1', /not a count/],
  ['adminKey', '', /blank/],
  ['quit', 'yes', /neither on nor off/],
  ['budget', '0%', /not a percentage/],
  ['budget', '101%', /not a percentage/],
  ['budget', '0.9', /not a percentage/],
  ['redisUrl', 'http://redis.example', /no address of a Redis/],
  ['redisUrl', 'redis://redis.example/main', /no number/],
  ['redisUrl', 'redis://:50%@redis.example', /no escape/],
  ['redisFailure', 'yes', /not one of the choices/],
  ['navigation', 'deny', /not one of the choices/],
  ['maxStall', '1', /unit/],
  ['maxMemory', 'some', /whole number/],
  ['waitForToken', 'on', /neither yes nor no/],
  ['policy', 'readonly', /names no level/],
  ['policy', 'open,media', /open or default, which stand alone/],
  ['policy', 'media,', /names no level/],
  ['policyAllow', 'tokens', /not a rule/],
  ['policyAllow', 'POST /a,', /not a rule/],
  ['projects', 'a b', /not a name/],
  ['projects', 'a,', /not a name/],
  ['policyAllow', 'post /user/tokens', /not a rule/],
  ['adminPort', 'none', /not a port/],
  ['logLevel', 'verbose', /not one of the choices/],
  ['logFormat', 'JSON', /not one of the choices/],
  ['logFile', ' ', /not a path/],
  ['logFileSize', '10', /unit/],
  ['logFileCount', '0', /not a count/],
];

const NEVER_FORWARDED = [
  ...[
    'authorization',
    'proxy-authorization',
    'cookie',
    'x-mkio-token',
    'host',
    'connection',
    'keep-alive',
    'te',
    'proxy-authenticate',
    'proxy-authentication-info',
    'x-mkio-proxy-replay',
  ],
  ...['trailer', 'transfer-encoding', 'upgrade', 'expect', 'content-length', 'proxy-connection'],
];

const parse = (key: OptionKey, text: string) => optionOf(key).kind.parse(text);

describe('The option table', () => {
  test.each(GOOD)('parses %s from %j', (key, text, value) => {
    expect(parse(key, text)).toEqual(value);
  });

  test.each(BAD)('refuses %s as %j', (key, text, problem) => {
    expect(() => parse(key, text)).toThrow(problem);
  });

  test.each(NEVER_FORWARDED)('never forwards %s, in any case or separator', (name) => {
    for (const spelling of [name, name.toUpperCase(), name.replaceAll('-', '_'), `x-ok, ${name}`]) {
      expect(() => parse('forwardHeaders', spelling)).toThrow(`${name}, which is never forwarded`);
    }
  });

  test('is tested with a valid value of every setting and an invalid value of all but three', () => {
    const keysOf = (rows: readonly (readonly [OptionKey, ...unknown[]])[]) => new Set(rows.map(([key]) => key));
    expect(keysOf(GOOD)).toEqual(new Set(OPTION_KEYS));
    const free: readonly OptionKey[] = ['token', 'config', 'adminHost'];
    expect(keysOf(BAD)).toEqual(new Set(OPTION_KEYS.filter((key) => !free.includes(key))));
  });

  test('uses matching names in the environment, as a flag and in a settings file', () => {
    for (const key of OPTION_KEYS) {
      const flag = flagOf(key);
      const camelCase = flag?.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
      if (flag !== undefined) expect(camelCase).toBe(key);
    }
    expect([flagOf('adminPort'), flagOf('baseUrl'), flagOf('logLevel'), flagOf('token')]).toEqual([
      '--admin-port',
      '--base-url',
      '--log-level',
      undefined,
    ]);
  });

  test('has valid defaults and unique names', () => {
    for (const key of OPTION_KEYS) {
      const { default: text } = optionOf(key);
      if (text !== undefined) expect(() => parse(key, text)).not.toThrow();
    }
    expect(new Set(OPTION_KEYS.map((key) => optionOf(key).env)).size).toBe(OPTION_KEYS.length);
  });

  test('accepts the sidecar example config/sidecar.json', () => {
    const cwd = new URL('../..', import.meta.url).pathname;
    const { config } = loadConfig({ env: {}, cwd, flags: { config: 'config/sidecar.json' } });
    expect(config.log.format).toBe('json');
    expect(JSON.parse(readFileSync(`${cwd}/config/sidecar.json`, 'utf8'))).toHaveProperty('$schema', './schema.json');
  });
});
