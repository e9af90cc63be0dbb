// The attack: somebody searches all output (answers, log, errors, process list) for the token in any encoding.
// No output may contain it, even if the upstream, a caller or the operator repeats it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startUpstream } from '../support/upstream.ts';
import { runCli, spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { startProgram } from '../support/program.ts';

const TOKEN = `canary-${'Zm9vYmFy+/~'.repeat(12)}==`;
const SPELLINGS = [
  TOKEN,
  encodeURIComponent(TOKEN),
  Buffer.from(TOKEN).toString('base64'),
  Buffer.from(TOKEN).toString('base64url'),
  Buffer.from(`user:${TOKEN}`).toString('base64'),
];

const CORE_PATTERN = existsSync('/proc/sys/kernel/core_pattern')
  ? readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
  : undefined;

function expectClean(text: string): void {
  for (const spelling of SPELLINGS) expect(text).not.toContain(spelling);
}

test('the token is not in answers, the log or the process list', async () => {
  const upstream = await startUpstream((_, response) => {
    SPELLINGS.forEach((spelling, i) => response.setHeader(`x-echo-${i}`, `<${spelling}>`));
    response.setHeader('location', `https://elsewhere.example/?token=${encodeURIComponent(TOKEN)}`);
    response.end('{}');
  });
  const program = await startProgram({ MKIO_BASE_URL: upstream.origin, MKIO_TOKEN: `${TOKEN}\n`, LOG_LEVEL: 'trace' });

  for (const query of SPELLINGS) {
    const answer = await fetch(`${program.address}/api/v1/x?q=${encodeURI(query)}`, { redirect: 'manual' });
    expect(answer.headers.get('x-echo-0')).toBe('<[redacted]>');
    expectClean(JSON.stringify([...answer.headers]));
  }
  const refused = await fetch(`${program.address}/elsewhere?q=${TOKEN}`);
  expectClean(await refused.text());
  expectClean(readFileSync(`/proc/${program.child.pid}/cmdline`, 'utf8'));
  program.child.kill('SIGTERM');
  const { stdout, stderr } = await program.ended;
  expect(stdout).toContain('"event":"exchange"');
  expectClean(stdout + stderr);
});

test('the token is not in errors about invalid settings', async () => {
  const env = { MKIO_TOKEN: TOKEN, MKIO_BASE_URL: `https://user:${TOKEN}@app.mk.io/${TOKEN}`, MKIO_PROXY_PORT: TOKEN };
  for (const command of ['start', 'check', 'check --json']) {
    const { stdout, stderr, code } = await runCli(command.split(' '), { cwd: createFolder(), env });
    expect(code).toBe(2);
    expectClean(stdout + stderr);
  }
});

test('the token and the keys are not in a diagnostic report, the command line or the process title', async () => {
  const keys = { MKIO_PROXY_CALLER_KEY: 'canary-caller-key-0123', MKIO_PROXY_ADMIN_KEY: 'canary-admin-key-0123' };
  const folder = createFolder();
  const program = await startProgram({
    MKIO_TOKEN: TOKEN,
    ...keys,
    NODE_OPTIONS: `--report-on-signal --report-directory=${folder}`,
  });

  program.child.kill('SIGUSR2');
  while (readdirSync(folder).length === 0) await sleep(20);
  await sleep(200);

  const [report = ''] = readdirSync(folder);
  const of = (name: string): string => readFileSync(`/proc/${program.child.pid}/${name}`, 'utf8');
  for (const text of [readFileSync(join(folder, report), 'utf8'), of('cmdline'), of('comm')]) {
    expectClean(text);
    for (const key of Object.values(keys)) expect(text).not.toContain(key);
  }
});

test('SIGUSR1 opens no debugger', async () => {
  const program = await startProgram({ MKIO_TOKEN: TOKEN });

  program.child.kill('SIGUSR1');
  await sleep(300);

  await expect(fetch('http://127.0.0.1:9229/json')).rejects.toThrow();
  expect((await fetch(`${program.address}/x`)).status).toBe(404);
  expect(program.stderr()).toBe('');
});

test.runIf(process.platform === 'linux')('a core dump contains no memory, so no token', async () => {
  const folder = createFolder();
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  const env = { PATH: process.env.PATH, MKIO_TOKEN: TOKEN, MKIO_PROXY_PORT: '0', MKIO_PROXY_ADMIN_PORT: 'off' };
  const start = 'ulimit -c unlimited; exec "$0" "$1" start';
  const child = spawn('sh', ['-c', start, process.execPath, main], { cwd: folder, env });
  await once(child.stdout, 'data');

  expect(readFileSync(`/proc/${child.pid}/coredump_filter`, 'utf8')).toMatch(/^0+\n$/);
  child.kill('SIGABRT');
  await once(child, 'close');

  // The kernel may be configured to pipe a dump to a program, or to write it elsewhere.
  for (const core of readdirSync(folder)) expect(readFileSync(join(folder, core)).includes(TOKEN)).toBe(false);
  if (CORE_PATTERN === 'core') expect(readdirSync(folder)).not.toEqual([]);
});

test('a crash report contains neither the token nor similar text, and the rest of the log is written', async () => {
  const jwt = 'eyJhbGciOiJub25lIn0.eyJqdGkiOiIxIn0.c2lnbmF0dXJl';
  const crash = `setTimeout(() => { throw new Error('${TOKEN} ${jwt}') }, 1500)`;
  const running = spawnCli(['start'], {
    cwd: createFolder(),
    env: { MKIO_TOKEN: TOKEN, MKIO_PROXY_PORT: '0', MKIO_PROXY_ADMIN_PORT: 'off', LOG_LEVEL: 'debug' },
    nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(crash)}`],
  });
  onTestFinished(() => void running.child.kill('SIGKILL'));

  const { code, stdout, stderr } = await running.ended;

  expect(code).toBe(1);
  expect(stdout).toContain('"event":"ready"');
  expect(stderr).toContain('Error: [redacted] [redacted]');
  expectClean(stdout + stderr);
});

test('a token file that others can read causes a warning with a fix', async () => {
  const folder = createFolder({ token: TOKEN });
  const path = join(folder, 'token');
  chmodSync(path, 0o644);
  const warning = `the token file can be read by others (mode 0644): chmod 600 ${path}`;

  const program = await startProgram({ MKIO_TOKEN_FILE: path });
  await program.printed(/"event":"setting"/);
  expect(program.stdout()).toContain(warning);

  const env = { MKIO_TOKEN_FILE: path, MKIO_BASE_URL: 'http://127.0.0.1:9' };
  expect((await runCli(['check'], { cwd: folder, env })).stdout).toContain(warning);
  chmodSync(path, 0o600);
  expect((await runCli(['check'], { cwd: folder, env })).stdout).not.toContain('chmod');
});
