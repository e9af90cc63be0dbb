import { describe, expect, test } from 'vitest';
import type { ConfigIssue } from '../../src/config/issues.ts';
import { ConfigError } from '../../src/config/issues.ts';
import type { ConfigInput } from '../../src/config/load.ts';
import { loadConfig, loadFlags } from '../../src/config/load.ts';
import { OPTION_KEYS, optionOf } from '../../src/config/options.ts';
import { createFolder } from '../support/folder.ts';

const CANARY = 'eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ';

const load = (worlds: Partial<ConfigInput> & { readonly files?: Record<string, string> } = {}) => {
  const { files = {}, ...rest } = worlds;
  return loadConfig({ env: {}, cwd: createFolder(files), ...rest });
};

const failureOf = (worlds: Parameters<typeof load>[0]): ConfigError => {
  try {
    load(worlds);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
};

const issuesOf = (worlds: Parameters<typeof load>[0]): readonly ConfigIssue[] => failureOf(worlds).issues;

describe('Precedence', () => {
  const files = { '.env': 'MKIO_PROXY_PORT=3', 's.json': '{"port": 2}' };
  const config = 's.json';

  test('a default applies if nothing overrides it', () => {
    const { config, settings } = load();
    expect(config.listener.port).toBe(6546);
    expect(settings.port).toEqual({ text: '6546', origin: 'default' });
    expect(settings.project).toEqual({ text: undefined, origin: 'not set' });
  });

  test('a settings file overrides a default', () => {
    const { settings } = load({ files: { 's.json': files['s.json'] }, flags: { config } });
    expect(settings.port).toEqual({ text: '2', origin: 'file s.json' });
  });

  test('.env overrides a settings file', () => {
    expect(load({ files, flags: { config } }).settings.port).toEqual({ text: '3', origin: '.env' });
  });

  test('the environment overrides .env', () => {
    const { settings } = load({ files, flags: { config }, env: { MKIO_PROXY_PORT: '4' } });
    expect(settings.port).toEqual({ text: '4', origin: 'environment' });
  });

  test('a flag overrides everything', () => {
    const { settings, config: loaded } = load({ files, flags: { config, port: '5' }, env: { MKIO_PROXY_PORT: '4' } });
    expect(settings.port).toEqual({ text: '5', origin: 'flag --port' });
    expect(loaded.listener.port).toBe(5);
  });

  test('an ignored .env line that looks like a setting is reported with its line number', () => {
    const text = `MKIO_TOKEN=x\nMKIO_PROXY_POLICY read-only\n# MKIO_PROXY_PORT 1\nMKIO_TOKEN${CANARY}\nexport LOG_LEVEL=warn\nLOG_DIR\nKEY="a\nMKIO_A b\n"`;
    const error = failureOf({ files: { '.env': text } });
    expect(error.issues.map(({ problem }) => problem)).toEqual([
      'line 2 begins like a setting and is none',
      'line 4 begins like a setting and is none',
    ]);
    expect(error.message).not.toContain(CANARY.slice(0, 12));
  });

  test('a flag, the environment or .env can name the settings file', () => {
    expect(load({ files, env: { MKIO_PROXY_CONFIG: config } }).settings.config.origin).toBe('environment');
    const dotenv = { '.env': 'MKIO_PROXY_CONFIG=s.json', 's.json': '{"port": 2}' };
    expect(load({ files: dotenv }).config.listener.port).toBe(2);
  });

  test('settings from flags ignore the environment', () => {
    expect(loadFlags({ port: '7' }).settings.port.origin).toBe('flag --port');
  });
});

describe('Reading', () => {
  test('a settings file may contain JSON numbers, booleans and lists', () => {
    const json = {
      port: 7000,
      rewriteLinks: false,
      prefixes: ['/api/v1', '/api/v2'],
      forwardHeaders: [],
      maxBody: '1MB',
    };
    const { config } = load({ files: { 's.json': JSON.stringify(json) }, flags: { config: 's.json' } });
    expect(config.listener).toMatchObject({
      port: 7000,
      rewriteLinks: false,
      prefixes: ['/api/v1', '/api/v2'],
      forwardHeaders: [],
      maxBodyBytes: 1_000_000,
    });
  });

  test('a blank environment value counts as not set', () => {
    expect(load({ env: { MKIO_PROXY_PORT: ' ', MKIO_PROJECT: '' } }).settings.port.origin).toBe('default');
  });

  test('a blank token is kept, and the token source refuses it', () => {
    expect(load({ env: { MKIO_TOKEN: '' } }).config.token.value).toBe('');
  });

  test('the result is deeply frozen', () => {
    const { config, settings } = load();
    const parts = [config, config.listener, config.listener.prefixes, config.upstream, settings, settings.port];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
  });

  test('the given environment is not modified', () => {
    const env = Object.freeze({ MKIO_TOKEN: 'x' });
    expect(load({ env, files: { '.env': 'MKIO_PROXY_PORT=1' } }).config.token.value).toBe('x');
  });

  test('service addresses that Kubernetes injects for a service named mkio-proxy are ignored', () => {
    const env = {
      MKIO_PROXY_SERVICE_HOST: '10.0.0.1',
      MKIO_PROXY_SERVICE_PORT: '6546',
      MKIO_PROXY_SERVICE_PORT_HTTP: '6546',
      MKIO_PROXY_PORT: 'tcp://10.0.0.1:6546',
      MKIO_PROXY_PORT_6546_TCP: 'tcp://10.0.0.1:6546',
      MKIO_PROXY_PORT_6546_TCP_ADDR: '10.0.0.1',
    };
    expect(load({ env }).config.listener.port).toBe(6546);
    expect(load({ env: { ...env, MKIO_PROXY_PORT: '7000' } }).config.listener.port).toBe(7000);
  });
});

describe('Problems', () => {
  test('are reported all at once, each with setting, origin, problem and remedy', () => {
    const error = failureOf({
      files: { '.env': 'MKIO_PROXY_MAX_BODY=10', 's.json': '{"prot": 1, "logLevel": "loud"}' },
      env: { MKIO_PROXY_PORT: '80x', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      flags: { config: 's.json', drainTimeout: '5' },
    });
    expect([error.code, error.exit]).toEqual(['CONFIG_INVALID', 2]);
    expect(error.issues.map(({ setting, origin }) => `${setting} from ${origin}`).sort()).toEqual([
      'LOG_LEVEL from file s.json',
      'MKIO_PROXY_DRAIN_TIMEOUT from flag --drain-timeout',
      'MKIO_PROXY_MAX_BODY from .env',
      'MKIO_PROXY_PORT from environment',
      'NODE_TLS_REJECT_UNAUTHORIZED from environment',
      'prot from file s.json',
    ]);
    expect(error.message).toContain('6 problems in the settings:');
    expect(error.message).toContain(
      'MKIO_PROXY_PORT (environment): "80x" is not a port; give a number from 0 (any free port) to 65535.',
    );
    expect(error.message).toContain('prot (file s.json): is no setting of mkio-proxy; did you mean port.');
  });

  test.each([
    ['MKIO_PROXY_PROT', 'did you mean MKIO_PROXY_PORT'],
    ['MKIO_PROXY_ADMINPORT', 'did you mean MKIO_PROXY_ADMIN_PORT'],
    ['MKIO_PROXY_WHATEVER_THIS_IS', 'unset it'],
    ['MKIO_PROXY_TOKEN', 'did you mean MKIO_TOKEN'],
    ['MKIO_PROXY_LOG_LEVEL', 'did you mean LOG_LEVEL'],
    ['MKIO_TOKNE', 'did you mean MKIO_TOKEN'],
    ['MKIO_BASEURL', 'did you mean MKIO_BASE_URL'],
    ['mkio_token', 'did you mean MKIO_TOKEN'],
  ])('the unknown environment name %s is refused with the remedy: %s', (name, remedy) => {
    expect(issuesOf({ env: { [name]: CANARY } })).toEqual([
      { setting: name, origin: 'environment', problem: 'is no setting of mkio-proxy', remedy },
    ]);
  });

  test('an unknown MKIO_ name that may belong to another tool only gives a warning', () => {
    expect(load({ env: { MKIO_PLAYER_LICENCE: CANARY } }).warnings).toEqual([
      'MKIO_PLAYER_LICENCE (environment) is no setting of mkio-proxy and is ignored.',
    ]);
  });

  test.each(['token', 'mkioToken', 'config', 'wholly-different'])('a settings file must not contain %s', (key) => {
    const error = failureOf({ files: { 's.json': JSON.stringify({ [key]: CANARY }) }, flags: { config: 's.json' } });
    expect(error.issues).toHaveLength(1);
    expect(error.message).not.toContain(CANARY);
  });

  test.each([
    ['{"port": {}}', /neither a text, a number/],
    ['{"port": null}', /neither a text, a number/],
    ['[1]', /holds no JSON object/],
    [`{"token": "${CANARY}`, /not valid JSON/],
  ])('a settings file with %s is refused', (text, problem) => {
    const error = failureOf({ files: { 's.json': text }, flags: { config: 's.json' } });
    expect(error.message).toMatch(problem);
    expect(error.message).not.toContain('eyJ');
  });

  test('the error names a missing settings file', () => {
    expect(failureOf({ flags: { config: 'none.json' } }).message).toContain('(file none.json)');
  });

  test.each(
    OPTION_KEYS.filter((key) => optionOf(key).secret !== true).flatMap((key) => [
      [optionOf(key).env, CANARY],
      [optionOf(key).env, `Bearer ${CANARY.replaceAll('.', '')}`],
    ]),
  )('%s refuses a token, which is not displayed, opened or resolved: %#', (name, value) => {
    const error = failureOf({ env: { [name]: value } });
    expect(error.issues).toEqual([expect.objectContaining({ setting: name, problem: 'holds a token' })]);
    expect(JSON.stringify([error.message, error.issues, error.hint])).not.toContain(CANARY.slice(0, 12));
  });

  test('no message contains a secret, even if it is misplaced', () => {
    const env = Object.fromEntries(
      ['TOKEN_FILE', 'PROJECT', 'BASE_URL', 'PROXY_PORT', 'PROXY_HOST', 'PROXY_PREFIXES', 'PROXY_FORWARD_HEADERS']
        .concat(['PROXY_MAX_BODY', 'PROXY_IDLE_TIMEOUT', 'PROXY_ADMIN_PORT', 'PROXY_REWRITE_LINKS'])
        .map((name) => [`MKIO_${name}`, `${CANARY} `.repeat(2)]),
    );
    const error = failureOf({ env: { ...env, MKIO_TOKEN: CANARY, LOG_LEVEL: CANARY } });
    expect(JSON.stringify([error.message, error.issues, error.hint, error.stack])).not.toContain(CANARY.slice(0, 12));
    const url = failureOf({ env: { MKIO_BASE_URL: 'https://me:hunter2@h' } });
    expect(url.message).not.toContain('hunter2');
  });

  test('the token is masked in the list of settings', () => {
    const { settings } = load({ env: { MKIO_TOKEN: CANARY } });
    expect(settings.token).toEqual({ text: `set (${CANARY.length} characters)`, origin: 'environment' });
  });
});
