import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';

interface ReadyLine {
  readonly address: string;
  readonly admin: string | null;
  readonly tokenDaysLeft: number;
}

let sandbox: Sandbox;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  sandbox = await startSandbox();
  env = { MKIO_TOKEN: sandbox.token, MKIO_BASE_URL: sandbox.origin, MKIO_PROJECT: sandbox.project };
});
afterAll(() => sandbox.close());

function spawnInFolder(args: readonly string[], extra: Readonly<Record<string, string>> = {}) {
  const running = spawnCli(args, { env: extra, cwd: createFolder() });
  onTestFinished(() => void running.child.kill('SIGKILL'));
  return running;
}

const ANY_PORTS = ['--port', '0', '--admin-port', 'off'];

describe('start', () => {
  test('shows its address, forwards, and exits with code 0 on a signal', async () => {
    const running = spawnInFolder(ANY_PORTS, env);
    const [line] = await running.printed(/^.*"event":"ready".*$/m);
    const ready = JSON.parse(line) as ReadyLine;
    expect(ready).toMatchObject({ admin: null, upstream: sandbox.origin, tokenSource: 'MKIO_TOKEN (environment)' });
    expect(ready.tokenDaysLeft).toBeGreaterThan(0);
    const response = await fetch(`${ready.address}/api/v1/user/profile`);
    expect(response.status).toBe(200);

    running.child.kill('SIGTERM');
    const { code, stdout, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain(sandbox.token.slice(0, 20));
  });

  test.each(['warn', 'silent'])('logs only its address at LOG_LEVEL=%s', async (level) => {
    const running = spawnInFolder(ANY_PORTS, { ...env, LOG_LEVEL: level });
    const [line] = await running.printed(/^.*"event":"ready".*$/m);
    await fetch(`${(JSON.parse(line) as ReadyLine).address}/api/v1/user/profile`);

    running.child.kill('SIGTERM');

    expect((await running.ended).stdout).toBe(`${line}\n`);
  });

  test('can listen on IPv6', async () => {
    const running = spawnInFolder([...ANY_PORTS, '--host', '::1'], env);
    const [, address = ''] = await running.printed(/"address":"(http:\/\/\[::1\]:\d+)"/);

    expect((await fetch(`${address}/api/v1/user/profile`)).status).toBe(200);
  });

  test('shows a banner and then warnings with --log-format pretty', async () => {
    const args = [...ANY_PORTS, '--host', '0.0.0.0', '--unsafe-open', 'yes', '--log-format', 'pretty'];
    const running = spawnInFolder(args, env);
    await running.printed(/WARN.*MKIO_PROXY_HOST .*whoever reaches the proxy uses MK\.IO with your token/);
    running.child.kill('SIGINT');
    const { stdout } = await running.ended;
    expect(stdout).toMatch(/proxy {3}http:\/\/0\.0\.0\.0:\d+ {2}-> {2}http:\/\/127\.0\.0\.1/);
    expect(stdout).toMatch(/token {3}MKIO_TOKEN \(environment\), expires .* days left\)/);
  });

  test('exits with code 4 if the port is taken', async () => {
    const { port } = new URL(sandbox.origin);
    const args = ['--port', port, '--admin-port', 'off'];
    const { code, stderr } = await spawnInFolder(args, { ...env, MKIO_BASE_URL: 'https://app.mk.io' }).ended;
    expect(code).toBe(4);
    expect(stderr).toMatch(/^mkio-proxy: LISTEN_FAILED: .*EADDRINUSE/);
  });
});

describe('demo', () => {
  test('with --once makes three calls in any environment and exits with code 0', async () => {
    const stray = {
      MKIO_TOKEN: 'stray',
      MKIO_BASE_URL: 'http://example.com',
      MKIO_PROXY_PORT: 'x',
      MKIO_PROXY_FOO: '1',
    };
    const { code, stdout, stderr } = await spawnInFolder(['demo', '--once'], stray).ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/^\$ curl .*\n200$/gm)).toHaveLength(3);
    expect(stdout).not.toContain('eyJ');
  });

  test('keeps running, shows working commands, and exits with code 0 on Ctrl-C', async () => {
    const running = spawnInFolder(['demo', '--port', '0', '--admin-port', 'off']);
    const [, url = ''] = await running.printed(/curl '(http:[^']+)'/);
    await running.printed(/Ctrl-C/);
    const response = await fetch(url);
    expect(((await response.json()) as { readonly value: unknown[] }).value).toHaveLength(2);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });

  test('uses the requested port or exits with code 4', async () => {
    const { port } = new URL(sandbox.origin);
    const { code } = await spawnInFolder(['demo', '--once', '--port', port, '--admin-port', 'off']).ended;
    expect(code).toBe(4);
  });
});

describe('sandbox', () => {
  test('prints its address and a token that works there', async () => {
    const running = spawnInFolder(['sandbox', '--port', '0']);
    const [, token = ''] = await running.printed(/^MKIO_TOKEN=(\S+)\n/m);
    const [, origin = ''] = /sandbox on (\S+),/.exec(running.stdout()) ?? [];
    const response = await fetch(`${origin}/api/v1/user/profile`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });
});
