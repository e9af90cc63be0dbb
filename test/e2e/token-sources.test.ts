import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { runCli, spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { startProgram } from '../support/program.ts';
import { startTestSandbox } from '../support/sandbox.ts';

const profileOf = (address: string): string => `${address}/api/v1/user/profile`;

test('SIGHUP and POST /token/reload run the helper again, and its secrets are not logged', async () => {
  const sandbox = await startTestSandbox();
  const tokens = [sandbox.token, (await sandbox.mintToken()).token, (await sandbox.mintToken()).token] as const;
  const folder = createFolder({ token: tokens[0] });
  const script = `echo "unlocked $(cat token), key [$MKIO_PROXY_ADMIN_KEY]" >&2; cat token`;
  writeFileSync(join(folder, 'helper'), `#!/bin/sh\ncd '${folder}'\n${script}\n`, { mode: 0o700 });
  const key = 'canary-admin-key-0123';
  const program = await startProgram({
    MKIO_BASE_URL: sandbox.origin,
    MKIO_TOKEN_COMMAND: join(folder, 'helper'),
    MKIO_PROXY_ADMIN_KEY: key,
  });
  const usedBy = async (): Promise<string | undefined> => {
    expect((await fetch(profileOf(program.address))).status).toBe(200);
    return sandbox.requests.at(-1)?.headers.authorization;
  };
  expect(await usedBy()).toBe(`Bearer ${tokens[0]}`);

  writeFileSync(join(folder, 'token'), tokens[1]);
  program.child.kill('SIGHUP');
  await program.printed(/the token has changed/);
  expect(await usedBy()).toBe(`Bearer ${tokens[1]}`);

  writeFileSync(join(folder, 'token'), tokens[2]);
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${program.admin}/token/reload`, { method: 'POST', headers });
  expect(await answer.json()).toMatchObject({ changed: true, source: 'MKIO_TOKEN_COMMAND (environment)' });
  expect(await usedBy()).toBe(`Bearer ${tokens[2]}`);

  program.child.kill('SIGTERM');
  const { code, stdout, stderr } = await program.ended;
  expect(code).toBe(0);
  expect(stdout.match(/unlocked \[redacted\], key \[\]/g)).toHaveLength(3);
  for (const secret of [...tokens, key]) expect(stdout + stderr).not.toContain(secret.slice(-40));
});

test('a token on standard input is read to its end', async () => {
  const sandbox = await startTestSandbox();
  const program = join(import.meta.dirname, '../../dist/cli/main.js');
  const env = { PATH: process.env.PATH, MKIO_TOKEN_FILE: '-', MKIO_BASE_URL: sandbox.origin };
  const running = promisify(execFile)(process.execPath, [program, 'check'], { env, cwd: createFolder() });
  running.child.stdin?.end(`${sandbox.token}\n`);
  const { stdout } = await running;
  expect(stdout).toMatch(/✓ profile +Ada Example/);
});

test.each([
  ['a missing helper', { MKIO_TOKEN_COMMAND: 'no-such-helper' }, /cannot be started \(ENOENT\)/],
  ['a helper that fails', { MKIO_TOKEN_COMMAND: `sh -c 'exit 9'` }, /ended with exit code 9/],
  ['an endless device', { MKIO_TOKEN_FILE: '/dev/zero' }, /is no regular file/],
])('the start exits with code 3 for %s', async (_, env, reason) => {
  const { code, stderr } = await runCli(['start'], { cwd: createFolder(), env });
  expect(code).toBe(3);
  expect(stderr).toMatch(reason);
});

test('the start exits with code 2 for two sources', async () => {
  const env = { MKIO_TOKEN_COMMAND: 'a', MKIO_TOKEN_FILE: 'b' };
  const { code, stderr } = await runCli(['start'], { cwd: createFolder(), env });
  expect(code).toBe(2);
  expect(stderr).toContain('MKIO_TOKEN_FILE (environment): is set beside MKIO_TOKEN_COMMAND (environment)');
});

test('invalid content keeps the last good token, with one warning; the next valid one is used', async () => {
  const sandbox = await startTestSandbox();
  const path = join(createFolder({ token: sandbox.token }), 'token');
  chmodSync(path, 0o600);
  const program = await startProgram({ MKIO_BASE_URL: sandbox.origin, MKIO_TOKEN_FILE: path });
  const warnings = (): number => program.stdout().match(/could not be read again/g)?.length ?? 0;

  writeFileSync(path, 'two words');
  await program.printed(/could not be read again/);
  expect(program.stdout()).toContain('has white space inside');
  for (let i = 0; i < 15; i++) {
    expect((await fetch(profileOf(program.address))).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(warnings()).toBe(1);
  const ready = await fetch(`${program.admin}/readyz`);
  expect(await ready.json()).toMatchObject({ status: 'degraded' });

  const { token } = await sandbox.mintToken();
  writeFileSync(path, token);
  await program.printed(/the token has changed/);
  expect((await fetch(profileOf(program.address))).status).toBe(200);
  expect(sandbox.requests.at(-1)?.headers.authorization).toBe(`Bearer ${token}`);
});

/** A `pass` store with its own key; its agent is stopped when the test ends. */
function createPassStore(token: string): Readonly<Record<string, string>> {
  // Socket paths of the agent must be short.
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  const env = { PATH: process.env.PATH ?? '', HOME: home, GNUPGHOME: home, PASSWORD_STORE_DIR: join(home, 'store') };
  onTestFinished(() => {
    execFileSync('gpgconf', ['--kill', 'all'], { env });
    rmSync(home, { recursive: true, force: true });
  });
  const run = (command: string, args: readonly string[], input = ''): void => {
    execFileSync(command, args, { env, input, stdio: ['pipe', 'ignore', 'ignore'] });
  };
  const batch = ['--batch', '--passphrase', '', '--quick-generate-key'];
  run('gpg', [...batch, 'mkio@example.com', 'future-default', 'default', 'never']);
  run('pass', ['init', 'mkio@example.com']);
  run('pass', ['insert', '--multiline', 'mkio'], `${token}\n`);
  return env;
}

test('pass, the Unix password manager, supplies the token', { tags: 'pass' }, async () => {
  const sandbox = await startTestSandbox();
  const first = await sandbox.mintToken();
  const env = createPassStore(first.token);
  const program = await startProgram({ ...env, MKIO_BASE_URL: sandbox.origin, MKIO_TOKEN_COMMAND: 'pass show mkio' });
  expect((await fetch(profileOf(program.address))).status).toBe(200);

  const { token } = await sandbox.mintToken();
  execFileSync('pass', ['insert', '--multiline', '--force', 'mkio'], {
    env,
    input: token,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  sandbox.revoke(first.jti);
  expect((await fetch(profileOf(program.address))).status).toBe(200);
  await program.printed(/"retries":1/);
});

test('a running helper is killed when the proxy exits', async () => {
  const sandbox = await startTestSandbox();
  const folder = createFolder({ token: sandbox.token });
  const helper = join(folder, 'helper');
  const again = 'echo $$ >again; exec sleep 60';
  writeFileSync(helper, `#!/bin/sh\ncd '${folder}'\n[ -e started ] && { ${again}; }\ntouch started; cat token`, {
    mode: 0o700,
  });
  const program = await startProgram({ MKIO_BASE_URL: sandbox.origin, MKIO_TOKEN_COMMAND: helper });
  program.child.kill('SIGHUP');
  const pidOf = (): number => (existsSync(join(folder, 'again')) ? Number(readFileSync(join(folder, 'again'))) : 0);
  await expect.poll(pidOf, { timeout: 15_000 }).toBeGreaterThan(0);
  program.child.kill('SIGTERM');
  expect((await program.ended).code).toBe(0);
  // An exited process, reaped or not, has no command line.
  const path = `/proc/${pidOf()}/cmdline`;
  await expect.poll(() => (existsSync(path) ? readFileSync(path, 'utf8') : '')).toBe('');
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s during the start kills the helper, too', async (signal) => {
  const folder = createFolder();
  const path = join(folder, 'pid');
  const MKIO_TOKEN_COMMAND = `sh -c 'echo $$ >${path}; exec sleep 60'`;
  const running = spawnCli(['start'], { cwd: folder, env: { MKIO_TOKEN_COMMAND, MKIO_PROXY_PORT: '0' } });
  const pidOf = (): number => (existsSync(path) ? Number(readFileSync(path)) : 0);
  await expect.poll(pidOf, { timeout: 15_000 }).toBeGreaterThan(0);

  running.child.kill(signal);

  await running.ended;
  expect(running.child.signalCode).toBe(signal);
  const cmdline = `/proc/${pidOf()}/cmdline`;
  await expect.poll(() => (existsSync(cmdline) ? readFileSync(cmdline, 'utf8') : '')).toBe('');
});

test('a drain lets a request wait for the helper started by its 401', async () => {
  const sandbox = await startTestSandbox();
  const next = await sandbox.mintToken();
  const folder = createFolder({ token: sandbox.token, next: next.token });
  const helper = join(folder, 'helper');
  const again = 'touch again; sleep 1; cat next; exit';
  writeFileSync(helper, `#!/bin/sh\ncd '${folder}'\n[ -e started ] && { ${again}; }\ntouch started; cat token`, {
    mode: 0o700,
  });
  const program = await startProgram({ MKIO_BASE_URL: sandbox.origin, MKIO_TOKEN_COMMAND: helper });
  const jti = decodeJwt(sandbox.token).jti ?? '';
  sandbox.revoke(jti);

  const answer = fetch(profileOf(program.address));
  await expect.poll(() => existsSync(join(folder, 'again'))).toBe(true);
  program.child.kill('SIGTERM');

  expect((await answer).status).toBe(200);
  expect((await program.ended).code).toBe(0);
});

test(
  'in a terminal, SIGHUP reloads the token, and the proxy exits when the terminal closes',
  { tags: 'script' },
  async () => {
    const sandbox = await startTestSandbox();
    const folder = createFolder({ token: sandbox.token });
    const main = join(import.meta.dirname, '../../dist/cli/main.js');
    const env = {
      PATH: process.env.PATH,
      MKIO_TOKEN_COMMAND: `cat '${join(folder, 'token')}'`,
      MKIO_BASE_URL: sandbox.origin,
      MKIO_PROXY_PORT: '0',
      MKIO_PROXY_ADMIN_PORT: 'off',
      LOG_FORMAT: 'json',
    };
    // `script` provides a terminal.
    const command = `exec '${process.execPath}' '${main}' >'${join(folder, 'log')}'`;
    const terminal = spawn('script', ['-qec', `echo $$ >'${join(folder, 'pid')}'; ${command}`, '/dev/null'], {
      cwd: folder,
      env,
      stdio: 'ignore',
    });
    onTestFinished(() => void terminal.kill('SIGKILL'));
    const logged = (): string => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : '');
    await expect.poll(logged, { timeout: 5_000 }).toContain('"event":"ready"');
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));

    writeFileSync(join(folder, 'token'), (await sandbox.mintToken()).token);
    process.kill(pid, 'SIGHUP');
    await expect.poll(logged).toContain('the token has changed');

    terminal.kill('SIGKILL');
    await expect.poll(logged).toContain('"event":"stopped"');
  },
);
