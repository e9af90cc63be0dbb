import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { forgeJwt } from '../support/jwt.ts';
import { runCli } from '../support/cli.ts';
import { runCommand } from '../support/command.ts';
import { createFolder } from '../support/folder.ts';
import { startUpstream, listen } from '../support/upstream.ts';
import { createServer } from 'node:net';
import { OPAQUE_TOKEN } from '../support/token.ts';

const ask = (adminPort: string, env: Readonly<Record<string, string>> = {}) =>
  runCommand(['healthcheck'], { cwd: createFolder(), env: { MKIO_PROXY_ADMIN_PORT: adminPort, ...env } });

/** The program with a token that lives for another second or ten minutes. */
async function startWithToken(secondsLeft: number): Promise<string> {
  const { origin } = await startUpstream();
  const exp = Date.now() / 1000 + secondsLeft;
  const { admin } = await startProgram({ MKIO_BASE_URL: origin, MKIO_TOKEN: forgeJwt({ exp }) });
  return new URL(admin ?? '').port;
}

test('healthcheck exits with code 0 while the proxy is ready', async () => {
  const env = { MKIO_PROXY_ADMIN_PORT: await startWithToken(3 * 86_400) };

  const { code, stdout } = await runCli(['healthcheck'], { cwd: createFolder(), env });

  expect([code, stdout]).toEqual([0, '{"status":"ok","reasons":[]}\n']);
});

test('healthcheck exits with code 0 if only the policy file became invalid after the start', async () => {
  const { code } = await ask(await startWithToken(3 * 86_400), { MKIO_PROXY_POLICY: './gone.json' });

  expect(code).toBe(0);
});

test('healthcheck exits with code 1 and the reason if the proxy is not ready', async () => {
  const port = await startWithToken(2);

  await expect.poll(async () => (await ask(port)).code, { timeout: 10_000 }).toBe(1);

  expect((await ask(port)).stdout).toContain('the MK.IO token has expired');
});

test('healthcheck takes at most 3.4 times the CPU of an empty Node process, because probes are frequent', async () => {
  const port = await startWithToken(3 * 86_400);
  const tellCpu = `process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    process.stderr.write('cpu ' + (user + system) / 1000);
  })`;
  const measure = async (args: readonly string[], nodeArgs: readonly string[] = []): Promise<number> => {
    const cpus: number[] = [];
    // The minimum, because other processes slow down each run.
    for (let run = 0; run < 5; run++) {
      const preload = ['--import', `data:text/javascript,${encodeURIComponent(tellCpu)}`];
      const env = { MKIO_PROXY_ADMIN_PORT: port };
      const { stderr } = await runCli(args, { cwd: createFolder(), env, nodeArgs: [...preload, ...nodeArgs] });
      cpus.push(Number(/cpu (\d+(?:\.\d+)?)$/.exec(stderr)?.[1]));
    }
    return Math.min(...cpus);
  };
  const empty = await measure([], ['--eval', '0', '--']);
  expect(empty).toBeGreaterThan(0);

  // A ratio, because machines differ.
  expect((await measure(['healthcheck'])) / empty).toBeLessThan(3.4);
});

test('healthcheck exits with code 1 if nothing listens', async () => {
  const server = createServer();
  const port = await listen(server);
  server.close();

  const { code, stdout } = await ask(String(port));

  expect([code, stdout]).toEqual([1, `no answer from the admin listener at 127.0.0.1 port ${port}: ECONNREFUSED\n`]);
});

test('healthcheck exits with code 1 if the listener is too slow', async () => {
  const port = await listen(createServer(() => undefined));

  const { code, stdout } = await ask(String(port));

  expect([code, stdout]).toEqual([1, expect.stringContaining('no answer from the admin listener')]);
});

test.each([
  ['a web server that answers 200 at every path', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n<!doctype html>'],
  ['a server without HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
])('healthcheck and wait exit with code 1 if %s listens on the port', async (_, answer) => {
  const port = await listen(createServer((socket) => void socket.resume().end(answer)));
  const env = { MKIO_PROXY_ADMIN_PORT: String(port) };

  for (const args of [['healthcheck'], ['wait', '--timeout', '10ms']]) {
    const { code, stdout } = await runCommand(args, { cwd: createFolder(), env });
    expect([code, stdout]).toEqual([1, `what answers at 127.0.0.1 port ${port} is no mkio-proxy\n`]);
  }
});

test('wait exits with code 0 as soon as the proxy is ready, even if it starts late', async () => {
  const server = createServer();
  const port = String(await listen(server));
  server.close();
  const waiting = runCli(['wait'], { cwd: createFolder(), env: { MKIO_PROXY_ADMIN_PORT: port } });

  await startProgram({ MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_ADMIN_PORT: port });

  const { code, stdout } = await waiting;
  expect([code, stdout]).toEqual([0, '{"status":"ok","reasons":[]}\n']);
});

test('wait exits with code 1 after its timeout, and with code 2 for an invalid timeout', async () => {
  const server = createServer();
  const port = String(await listen(server));
  server.close();
  const run = (timeout: string) =>
    runCli(['wait', '--timeout', timeout], { cwd: createFolder(), env: { MKIO_PROXY_ADMIN_PORT: port } });

  expect(await run('300ms')).toMatchObject({ code: 1, stdout: expect.stringContaining('ECONNREFUSED') as string });
  expect((await run('soon')).code).toBe(2);
});

test('healthcheck asks loopback if the proxy listens on every address', async () => {
  const { origin } = await startUpstream();
  const { admin } = await startProgram({
    MKIO_BASE_URL: origin,
    MKIO_TOKEN: OPAQUE_TOKEN,
    MKIO_PROXY_ADMIN_HOST: '0.0.0.0',
  });

  const { code } = await ask(new URL(admin ?? '').port, { MKIO_PROXY_ADMIN_HOST: '0.0.0.0' });

  expect(code).toBe(0);
});

test('healthcheck exits with code 2 if the admin listener is off, and names the setting', async () => {
  const { code, stderr } = await ask('off');

  expect(code).toBe(2);
  expect(stderr).toContain('set MKIO_PROXY_ADMIN_PORT to a port');
});

test.each(['healthcheck', 'check'])('%s in a deleted folder exits with code 2 and the reason', (command) => {
  const folder = join(createFolder(), 'gone');
  mkdirSync(folder);
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  const script = `rmdir '${folder}'; exec '${process.execPath}' '${main}' ${command}`;

  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });

  expect([status, stderr]).toEqual([2, expect.stringContaining('the working directory no longer exists')]);
});
