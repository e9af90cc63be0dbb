import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';
import { startProgram } from '../support/program.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const start = async () => {
  const proxy = await startTestProxy({ ...(await startUpstream()), admin: { host: '127.0.0.1', port: 0 } });
  await call(proxy, '/api/v1/projects');
  await call(proxy, '/elsewhere');
  await proxy.exchange(1);
  return ['export', '--admin-port', new URL(proxy.admin ?? '').port];
};
const urlsOf = (text: string): unknown[] =>
  (JSON.parse(text) as { log: { entries: { request: { url: string } }[] } }).log.entries.map(
    ({ request }) => new URL(request.url).pathname,
  );

test('mkio-proxy export writes the matching exchanges to a file or to standard output', async () => {
  const command = await start();
  const cwd = createFolder();
  expect(await runCli([...command, '--har', 'a.har', '--filter', 'status:404'], { cwd })).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(urlsOf(readFileSync(join(cwd, 'a.har'), 'utf8'))).toEqual(['/elsewhere']);
  expect(urlsOf((await runCli([...command, '--har', '-'], { cwd })).stdout)).toEqual([
    '/api/v1/projects',
    '/elsewhere',
  ]);
});

test('an export contains the version of its creator', async () => {
  const { origin } = await startUpstream();
  const program = await startProgram({ MKIO_BASE_URL: origin, MKIO_TOKEN: OPAQUE_TOKEN });
  const har = (await (await fetch(`${program.admin}/export.har`)).json()) as { log: { creator: unknown } };
  const [, version] = /"version": "([^"]+)"/.exec(readFileSync('package.json', 'utf8')) ?? [];
  expect(har.log.creator).toEqual({ name: 'mkio-proxy', version });
});

test('mkio-proxy export exits without an error if its reader closes the pipe', async () => {
  const { child, ended } = spawnCli([...(await start()), '--har', '-'], { cwd: createFolder() });
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

test('mkio-proxy export overwrites nothing and reports a failed write', async () => {
  const command = await start();
  const cwd = createFolder({ 'a.har': 'mine' });
  const taken = await runCli([...command, '--har', 'a.har'], { cwd });
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('a file that is there already') as string]);
  expect(readFileSync(join(cwd, 'a.har'), 'utf8')).toBe('mine');
  const nowhere = await runCli([...command, '--har', 'no/such/a.har'], { cwd });
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('(ENOENT)') as string]);
  const missing = await runCli(command, { cwd });
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('--har') as string]);
});
