import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import type { Statusz } from '../../src/admin/statusz.ts';
import { runCli, spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { forgeJwt } from '../support/jwt.ts';
import type { ErrorBody } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

/** The program, listening without a token. */
async function startWaiting(env: (folder: string) => Readonly<Record<string, string>>) {
  const upstream = await startUpstream();
  const folder = createFolder();
  const running = spawnCli(['start'], {
    cwd: folder,
    env: {
      MKIO_BASE_URL: upstream.origin,
      MKIO_PROXY_WAIT_FOR_TOKEN: 'yes',
      MKIO_PROXY_PORT: '0',
      MKIO_PROXY_ADMIN_PORT: '0',
      MKIO_PROXY_REVOCATION_CHECK: 'off',
      LOG_FORMAT: 'json',
      ...env(folder),
    },
  });
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  const [line] = await running.printed(/^.*"event":"(?:waiting|ready)".*$/m);
  const { event, address, admin, reason } = JSON.parse(line) as Record<string, string>;
  const probe = async (): Promise<number> => (await fetch(`${admin}/readyz`)).status;
  const ask = (): Promise<Response> => fetch(`${address}/api/v1/projects`);
  return { ...running, upstream, folder, event, admin: admin ?? '', reason, probe, ask };
}

const byFile = (folder: string) => ({ MKIO_TOKEN_FILE: join(folder, 'token') });

test('the proxy waits for a missing token file, and is ready as soon as it appears', async () => {
  const proxy = await startWaiting(byFile);
  expect(proxy.event).toBe('waiting');
  expect(proxy.reason).toContain('ENOENT');
  const early = await fetch(`${proxy.admin}/readyz`);
  expect([early.status, await early.json()]).toEqual([
    503,
    { status: 'not ready', reasons: ['there is no MK.IO token yet'] },
  ]);
  const refused = await proxy.ask();
  expect([refused.status, ((await refused.json()) as ErrorBody).error.code]).toEqual([503, 'TOKEN_UNAVAILABLE']);
  const { token } = (await (await fetch(`${proxy.admin}/statusz`)).json()) as Statusz;
  expect(token).toMatchObject({ state: 'missing', reloads: 0 });
  const port = new URL(proxy.admin).port;
  const waiting = runCli(['wait'], { cwd: createFolder(), env: { MKIO_PROXY_ADMIN_PORT: port } });

  writeFileSync(join(proxy.folder, 'next'), OPAQUE_TOKEN);
  renameSync(join(proxy.folder, 'next'), join(proxy.folder, 'token'));

  await proxy.printed(/"event":"ready"/);
  expect((await waiting).code).toBe(0);
  expect(await proxy.probe()).toBe(200);
  expect((await proxy.ask()).status).toBe(200);
  expect(proxy.upstream.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${OPAQUE_TOKEN}`]);
});

test.each<[string, string]>([
  ['empty', ''],
  ['not a token', 'two words'],
  ['expired', forgeJwt({ exp: 1 })],
])('the proxy waits if the token file is %s, too', async (_, text) => {
  const proxy = await startWaiting((folder) => {
    writeFileSync(join(folder, 'token'), text);
    return byFile(folder);
  });
  expect(proxy.event).toBe('waiting');
  expect(await proxy.probe()).toBe(503);

  writeFileSync(join(proxy.folder, 'token'), OPAQUE_TOKEN);

  await proxy.printed(/"event":"ready"/);
  expect(await proxy.probe()).toBe(200);
});

test('a slow helper blocks nothing, and its token is used once it is printed', async () => {
  const proxy = await startWaiting((folder) => {
    const waits = 'echo run >> runs; until [ -e token ]; do sleep 0.05; done; cat token';
    writeFileSync(join(folder, 'helper'), `#!/bin/sh\n${waits}\n`, { mode: 0o755 });
    return { MKIO_TOKEN_COMMAND: './helper', MKIO_TOKEN_COMMAND_TIMEOUT: '1m' };
  });
  expect([proxy.event, proxy.reason]).toEqual(['waiting', 'the token command has not answered yet']);
  expect((await fetch(`${proxy.admin}/livez`)).status).toBe(200);
  expect(await proxy.probe()).toBe(503);

  writeFileSync(join(proxy.folder, 'token'), OPAQUE_TOKEN);

  await proxy.printed(/"event":"ready"/);
  expect([await proxy.probe(), (await proxy.ask()).status]).toEqual([200, 200]);
  expect(readFileSync(join(proxy.folder, 'runs'), 'utf8')).toBe('run\n');
});

test('a failed helper is run again until it prints a token', async () => {
  const proxy = await startWaiting((folder) => {
    writeFileSync(join(folder, 'helper'), '#!/bin/sh\ncat late 2>/dev/null || exit 9\n');
    chmodSync(join(folder, 'helper'), 0o755);
    return { MKIO_TOKEN_COMMAND: './helper' };
  });
  expect(proxy.reason).toContain('exit code 9');

  writeFileSync(join(proxy.folder, 'late'), OPAQUE_TOKEN);

  await proxy.printed(/"event":"ready"/);
  expect((await proxy.ask()).status).toBe(200);
});

test('a drain without a token exits with code 0', async () => {
  const { child, ended } = await startWaiting(byFile);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['no source is set', { MKIO_PROXY_WAIT_FOR_TOKEN: 'yes' }],
  ['MKIO_TOKEN is not a token', { MKIO_PROXY_WAIT_FOR_TOKEN: 'yes', MKIO_TOKEN: 'two words' }],
  ['MKIO_TOKEN has expired', { MKIO_PROXY_WAIT_FOR_TOKEN: 'yes', MKIO_TOKEN: forgeJwt({ exp: 1 }) }],
  ['waiting is off', { MKIO_TOKEN_FILE: 'nowhere' }],
])('the proxy does not wait if %s', async (_, env) => {
  expect((await runCli(['start'], { cwd: createFolder(), env })).code).toBe(3);
});

test('check does not wait', async () => {
  const env = { MKIO_PROXY_WAIT_FOR_TOKEN: 'yes', MKIO_TOKEN_FILE: 'nowhere', MKIO_BASE_URL: 'http://127.0.0.1:9' };
  expect((await runCli(['check'], { cwd: createFolder(), env })).code).toBe(3);
});
