// The attack: someone reads everything the program shows (answers, log, errors, process list) and looks for the token in any
// encoding. Nothing may hold it, however the upstream, the caller or the operator brings it up.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startUpstream } from '../support/upstream.ts';
import { runCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { startProgram } from './program.ts';

const TOKEN = `canary-${'Zm9vYmFy+/~'.repeat(12)}==`;
const SPELLINGS = [
  TOKEN,
  encodeURIComponent(TOKEN),
  Buffer.from(TOKEN).toString('base64'),
  Buffer.from(TOKEN).toString('base64url'),
  Buffer.from(`user:${TOKEN}`).toString('base64'),
];

function expectClean(text: string): void {
  for (const spelling of SPELLINGS) expect(text).not.toContain(spelling);
}

test('the token shows nowhere: answers, log, process list', async () => {
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

test('the token shows in no report of a setting that is wrong', async () => {
  const env = { MKIO_TOKEN: TOKEN, MKIO_BASE_URL: `https://user:${TOKEN}@app.mk.io/${TOKEN}`, MKIO_PROXY_PORT: TOKEN };
  for (const command of ['start', 'check', 'check --json']) {
    const { stdout, stderr, code } = await runCli(command.split(' '), { cwd: createFolder(), env });
    expect(code).toBe(2);
    expectClean(stdout + stderr);
  }
});
