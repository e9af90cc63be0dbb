import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OPTION_KEYS, flagOf, optionOf } from '../../src/config/options.ts';
import { renderEnvExample, renderMarkdown, renderSchema } from '../../src/config/render.ts';
import { runCli } from '../support/cli.ts';
import { runCommand } from '../support/command.ts';
import { createFolder } from '../support/folder.ts';
import { forgeJwt } from '../support/jwt.ts';

const CANARY = 'eyJjYW5hcnkiOjF9.c2VjcmV0.c2lnbmF0dXJl';
const COMMANDS = ['start', 'demo', 'sandbox', 'check', 'key', 'policy', 'settings'];
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const run = (args: readonly string[]) => runCommand(args, { cwd: createFolder() });
const runProcess = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
) => runCli(args, { env, nodeArgs, cwd: createFolder() });

describe('Help', () => {
  test('lists the commands', async () => {
    const { code, stdout } = await runProcess(['--help']);
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test('of start lists every setting with its flag and its environment name', async () => {
    const { code, stdout } = await run(['start', '--help']);
    expect(code).toBe(0);
    for (const key of OPTION_KEYS) {
      expect(stdout).toContain(optionOf(key).env);
      expect(stdout).toContain(flagOf(key) ?? '');
    }
  });

  test.each(COMMANDS)('and version exist for %s', async (name) => {
    const help = await run([name, '--help']);
    const shown = await run([name, '--version']);
    expect([help.code, help.stdout.startsWith(`Usage: mkio-proxy ${name}`)]).toEqual([0, true]);
    expect([shown.code, shown.stdout]).toEqual([0, `${version}\n`]);
  });

  test('and version also work without a command', async () => {
    expect((await runProcess(['--version'])).stdout).toBe(`${version}\n`);
  });
});

describe('settings', () => {
  test.each([
    ['env', renderEnvExample()],
    ['schema', renderSchema()],
    ['markdown', renderMarkdown()],
  ])('prints the option table as %s', async (format, text) => {
    expect(await runProcess(['settings', '--format', format])).toEqual({ code: 0, stdout: text, stderr: '' });
  });
});

describe('key new', () => {
  test('prints a new key and its line for the keys file', async () => {
    const first = await run(['key', 'new', 'ada']);
    const second = await run(['key', 'new', 'ada']);
    const [, key = ''] = /shown this once:\n\n(mkp_[\w-]{43})\n/.exec(first.stdout) ?? [];
    const [, hash] = /^ada:([0-9a-f]{64})$/m.exec(first.stdout) ?? [];
    expect([first.code, hash]).toEqual([0, createHash('sha256').update(key).digest('hex')]);
    expect(second.stdout).not.toContain(key);
  });

  test.each([[['key', 'old', 'ada']], [['key', 'new', 'a:b']], [['key', 'new']]])(
    '%j exits with code 2',
    async (args) => {
      expect(await run(args)).toMatchObject({ code: 2, stdout: '' });
    },
  );
});

describe('A mistyped command line', () => {
  test.each([
    [['strat'], /unknown command 'strat' \(Did you mean start\?\)/],
    [['--prot', '1'], /unknown option '--prot' \(Did you mean --port\?\)/],
    [['demo', '--onec'], /unknown option '--onec' \(Did you mean --once\?\)/],
    [['start', 'now'], /too many arguments for 'start'/],
    [['start', '--port'], /option '--port <port>' argument missing/],
    [['settings', '--format', 'yaml'], /Allowed choices are env, schema, markdown/],
  ])('%j exits with code 2 and explains the mistake', async (args, text) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^mkio-proxy: CONFIG_INVALID: /);
    expect(stderr).toMatch(text);
  });

  test.each([
    [[CANARY]],
    [[`--token=${CANARY}`]],
    [['--token', CANARY]],
    [['start', CANARY]],
    [[`-t${CANARY}`]],
    [[`-${CANARY}`]],
    [[`--${CANARY}`]],
    [[`--token=it's ${CANARY}`]],
    [[`--MKIO_TOKEN=${CANARY}`]],
    [[`--Token=${CANARY}`]],
    [[`--0=${CANARY}`]],
    [['settings', '--format', CANARY]],
    [['settings', `--format=it's ${CANARY}`]],
    [['sandbox', '--next-links', CANARY]],
    [['sandbox', '--rate-limit', CANARY]],
    [['demo', `--once=${CANARY}`]],
  ])('%j does not repeat the typed token', async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain(CANARY.slice(0, 12));
  });

  test.each([[['--token', CANARY]], [[`--MKIO_TOKEN=${CANARY}`]], [[`--Token=${CANARY}`]], [['--mkio-token', CANARY]]])(
    '%j explains why a token has no flag',
    async (args) => {
      expect((await run(args)).stderr).toContain('A token has no flag, as others can read argv');
    },
  );
});

describe('start', () => {
  test('exits with code 2 and reports all problems of the settings', async () => {
    const { code, stderr } = await runProcess(['--port', '80x'], { MKIO_PROXY_MAX_BODY: '10', MKIO_TOKEN: CANARY });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^mkio-proxy: CONFIG_INVALID: 2 problems in the settings:/);
    expect(stderr).toContain('MKIO_PROXY_PORT (flag --port): "80x" is not a port');
    expect(stderr).toContain('MKIO_PROXY_MAX_BODY (environment): "10" has no unit');
    expect(stderr).not.toContain('eyJ');
  });

  test('exits with code 2 under a lax HTTP parser', async () => {
    const { code, stderr } = await runProcess(['start'], { MKIO_TOKEN: CANARY }, ['--insecure-http-parser']);
    expect([code, stderr.includes('--insecure-http-parser (argument of node)')]).toEqual([2, true]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['without a token', {}, 'TOKEN_UNAVAILABLE: no token'],
    ['with a blank token', { MKIO_TOKEN: '' }, 'TOKEN_UNAVAILABLE: the token of MKIO_TOKEN (environment) is blank'],
    [
      'with a one-letter token',
      { MKIO_TOKEN: 'a' },
      'TOKEN_UNAVAILABLE: the token of MKIO_TOKEN (environment) is shorter',
    ],
    ['with a missing token file', { MKIO_TOKEN_FILE: 'none' }, 'TOKEN_UNAVAILABLE: the file of MKIO_TOKEN_FILE none'],
    ['with an expired token', { MKIO_TOKEN: forgeJwt({ exp: 1 }) }, 'TOKEN_EXPIRED: the MK.IO token'],
  ])('ends with 3 %s', async (_, env, text) => {
    const { code, stdout, stderr } = await runProcess(['start'], env);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`mkio-proxy: ${text}`);
    expect(stderr).not.toContain('eyJ');
  });
});
