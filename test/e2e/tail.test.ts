import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunningCli } from '../support/cli.ts';
import { runCli, spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { listen, startUpstream } from '../support/upstream.ts';

const ASSETS = '/api/v1/projects/demo/media/assets';
const portOf = (address: string | undefined): string => new URL(address ?? '').port;

function startTail(
  adminPort: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): RunningCli {
  const running = spawnCli(['tail', '--admin-port', adminPort, ...args], { cwd: createFolder(), env });
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

const start = async (port = 0, capture: 'off' | 'bodies' = 'bodies') => {
  const upstream = await startUpstream((request, response) => {
    response.writeHead(request.url === ASSETS ? 200 : 404, { 'content-type': 'application/json' });
    response.end('{"name":"a\u009bb"}');
  });
  return await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port }, capture: { mode: capture } });
};

/** Repeats a request until the reader shows it. */
async function untilPrinted(tail: RunningCli, pattern: RegExp, ask: () => Promise<unknown>): Promise<void> {
  await expect.poll(async () => (await ask(), tail.stdout()), { timeout: 10_000, interval: 200 }).toMatch(pattern);
}

describe('mkio-proxy tail', () => {
  test('prints one plain line for each exchange that matches the filter', async () => {
    const proxy = await start();
    const tail = startTail(portOf(proxy.admin), ['--filter', 'status:4xx']);
    await untilPrinted(tail, /404/, async () => {
      await call(proxy, ASSETS);
      await call(proxy, `${ASSETS}/x`);
    });
    const lines = tail.stdout().trimEnd().split('\n');
    for (const line of lines)
      expect(line).toMatch(/^\d\d:\d\d:\d\d → GET +Read one asset \(demo\) +404 +\d+\.\d ms +\d+ B$/);
  });

  test('prints JSON with the captured bodies and escapes control characters', async () => {
    const proxy = await start();
    const tail = startTail(portOf(proxy.admin), ['--json', '--bodies']);
    const body = '{"password":"s3cret"}';
    const headers = { 'content-type': 'application/json' };
    await untilPrinted(tail, /\n/, () => call(proxy, ASSETS, { method: 'POST', headers, body }));
    const [line = ''] = tail.stdout().split('\n');
    expect(JSON.parse(line)).toMatchObject({
      target: ASSETS,
      requestText: '{"password":"[redacted]"}',
      responseText: '{"name":"a\u009bb"}',
    });
    expect(line).not.toMatch(/[\u0080-\u009f]/);
  });

  test('prints bodies below their line, without control characters', async () => {
    const proxy = await start();
    const tail = startTail(portOf(proxy.admin), ['--bodies']);
    await untilPrinted(tail, /\n {2}< \{"name":"ab"\}\n/, () => call(proxy, ASSETS));
    expect(tail.stdout()).not.toMatch(/[\u0080-\u009f]/);
  });

  test('exits without an error if its reader closes the pipe', async () => {
    const proxy = await start();
    const tail = startTail(portOf(proxy.admin));
    await untilPrinted(tail, /200/, () => call(proxy, ASSETS));
    tail.child.stdout?.destroy();
    await call(proxy, ASSETS);
    expect(await tail.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('reports a restart of the proxy, waits for it, and continues', async () => {
    const first = await start();
    const port = portOf(first.admin);
    const tail = startTail(port);
    await untilPrinted(tail, /200/, () => call(first, ASSETS));
    await first.close();
    await expect.poll(tail.stderr).toContain(`-- the proxy at http://127.0.0.1:${port} is gone; waiting for it\n`);
    const second = await start(Number(port));
    await call(second, `${ASSETS}/x`);
    await tail.printed(/404/);
    expect(tail.stderr()).toContain('-- connected again: the proxy was started anew\n');
  });

  test('reports that nothing is captured', async () => {
    const proxy = await start(0, 'off');
    const tail = startTail(portOf(proxy.admin));
    await expect.poll(tail.stderr, { timeout: 10_000 }).toContain('MKIO_PROXY_CAPTURE=headers');
  });

  test.each([
    [
      ['--filter', 'state:4xx'],
      2,
      /CONFIG_INVALID: --filter: there is no field "state": use one of .*\(at character 1\)/,
    ],
    [['--admin-port', 'off'], 2, /CONFIG_INVALID: the settings do not tell where the admin listener is/],
    [['--admin-port', '9'], 5, /PROXY_UNREACHABLE: no proxy answers at http:\/\/127\.0\.0\.1:9/],
  ])('with %j exits with code %i', async (args, code, problem) => {
    const ended = await runCli(['tail', ...args], { cwd: createFolder() });
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(problem) as string });
  });

  test("exits if another server answers, and prints the proxy's error if a key is required", async () => {
    const other = createServer((_, response) => response.writeHead(404).end('{}'));
    onTestFinished(() => void other.close());
    const port = String(await listen(other));
    const key = 'a-key-of-sixteen';
    const admin = { host: '127.0.0.1', port: 0, key };
    const proxy = await startTestProxy({ ...(await startUpstream()), admin });
    const [strange, locked] = await Promise.all([
      runCli(['tail', '--admin-port', port], { cwd: createFolder() }),
      runCli(['tail', '--admin-port', portOf(proxy.admin)], { cwd: createFolder() }),
    ]);
    expect([strange.code, strange.stderr]).toEqual([5, expect.stringContaining('is no mkio-proxy') as string]);
    expect([locked.code, locked.stderr]).toEqual([5, expect.stringContaining('The request carries no key') as string]);

    const opened = startTail(portOf(proxy.admin), [], { MKIO_PROXY_ADMIN_KEY: key });
    await untilPrinted(opened, /200/, () => call(proxy, ASSETS));
  });
});
