import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder } from '../support/folder.ts';
import { runCli } from '../support/cli.ts';
import { startUpstream } from '../support/upstream.ts';
import { startProgram } from '../support/program.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const linesOf = (text: string): unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

test('MKIO_PROXY_LOG_FILE gets the same lines as standard output, as JSON, including the last line', async () => {
  const path = join(createFolder(), 'proxy.log');
  const upstream = await startUpstream((_, response) => {
    const body = JSON.stringify({ error: { code: 'Missing' }, ref: 'a\u009b31m' });
    response.writeHead(404, { 'content-type': 'application/json' }).end(body);
  });
  const env = { MKIO_BASE_URL: upstream.origin, MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_LOG_FILE: path };
  const program = await startProgram(env);
  await fetch(`${program.address}/api/v1/projects`);
  program.child.kill('SIGTERM');
  const { stdout } = await program.ended;
  const written = path.replace('proxy.log', 'proxy.1.log');
  const text = readFileSync(written, 'utf8');
  expect(linesOf(text)).toEqual(linesOf(stdout));
  expect(text).toMatch(/"event":"exchange".*"status":404/);
  expect(text).toMatch(/"event":"stopped"/);
  expect(text).toContain('\\u009b31m');
  expect(text + stdout).not.toContain('\u009b');
  expect(statSync(written).mode & 0o777).toBe(0o600);
});

test('SIGHUP reopens a renamed log file, even without new lines', async () => {
  const folder = createFolder();
  const env = { MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_LOG_FILE: join(folder, 'proxy.log'), LOG_LEVEL: 'error' };
  const program = await startProgram({ ...env, MKIO_BASE_URL: (await startUpstream()).origin });
  const path = join(folder, 'proxy.1.log');
  renameSync(path, `${path}.1`);
  program.child.kill('SIGHUP');
  await expect.poll(() => existsSync(path), { timeout: 5_000 }).toBe(true);
});

test('with an unwritable log file, the start fails and suggests a fix', async () => {
  const env = { MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_LOG_FILE: 'no/such/folder/proxy.log' };
  const { code, stderr } = await runCli(['start'], { cwd: createFolder(), env });
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/MKIO_PROXY_LOG_FILE cannot be written \(ENOENT\)\nName a file/),
  ]);
});
