import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { forgeJwt } from '../support/jwt.ts';
import { BY_HAND, listen, startUpstream } from '../support/upstream.ts';
import { startProgram } from '../support/program.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

type Env = Readonly<Record<string, string>>;

const run = async (args: readonly string[], env: Env = {}): Promise<number | null> =>
  (await runCli(args, { cwd: createFolder(), env })).code;

/** A port without a listener. */
async function takeFreePort(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  return String(port);
}

/** The program during an exchange. */
async function startBusy(env: Env) {
  const upstream = await startUpstream(BY_HAND);
  const program = await startProgram({ MKIO_BASE_URL: upstream.origin, MKIO_TOKEN: OPAQUE_TOKEN, ...env });
  const asked = fetch(`${program.address}/api/v1/projects`).then(
    (answer) => answer.text(),
    () => 'cut',
  );
  const { response } = await upstream.next();
  return { ...program, asked, finish: () => response.end('done') };
}

const CUT_AT_ONCE = { MKIO_PROXY_DRAIN_TIMEOUT: '50ms', MKIO_PROXY_QUIT: 'on' };
const quit = async (admin: string | null): Promise<string> =>
  (await fetch(`${admin}/quitquitquit`, { method: 'POST' })).text();
const portOf = (admin: string | null): string => new URL(admin ?? '').port;

/** The exit code for each case in docs/operations.md, and how to cause it. */
const ENDS: readonly (readonly [code: number, how: string, end: () => Promise<number | null>])[] = [
  [
    0,
    'a drain after POST /quitquitquit with an exchange that finishes in time',
    async () => {
      const { admin, asked, finish, printed, ended } = await startBusy({ MKIO_PROXY_QUIT: 'on' });
      expect(await quit(admin)).toBe('{"status":"draining"}');
      await printed(/"event":"draining","request":"POST \/quitquitquit"/);
      finish();
      expect(await asked).toBe('done');
      return (await ended).code;
    },
  ],
  [
    0,
    'SIGTERM after POST /quitquitquit: as the first signal, it cancels no exchange',
    async () => {
      const { admin, child, asked, finish, printed, ended } = await startBusy({ MKIO_PROXY_QUIT: 'on' });
      await quit(admin);
      await printed(/"event":"draining"/);
      child.kill('SIGTERM');
      finish();
      expect(await asked).toBe('done');
      return (await ended).code;
    },
  ],
  [
    0,
    'shutdown after waiting for the end, even if the policy file has become invalid',
    async () => {
      const { admin, ended } = await startProgram({ MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_QUIT: 'on' });
      const code = await run(['shutdown'], { MKIO_PROXY_ADMIN_PORT: portOf(admin), MKIO_PROXY_POLICY: './gone.json' });
      expect((await ended).code).toBe(0);
      return code;
    },
  ],
  [
    1,
    'a fault of the proxy',
    async () => {
      const fault = `setTimeout(() => { throw new Error('a fault') }, 50)`;
      const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(fault)}`];
      const env = { MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_PORT: '0', MKIO_PROXY_ADMIN_PORT: '0' };
      return (await runCli(['start'], { cwd: createFolder(), env, nodeArgs })).code;
    },
  ],
  [
    1,
    'shutdown of a proxy that drains for longer than the timeout',
    async () => {
      const { admin } = await startBusy({ MKIO_PROXY_QUIT: 'on' });
      return await run(['shutdown', '--timeout', '100ms'], { MKIO_PROXY_ADMIN_PORT: portOf(admin) });
    },
  ],
  [
    1,
    'shutdown of a proxy that stops answering before it exits',
    async () => {
      const stuck = createHttpServer(({ url }, response) => {
        if (url === '/quitquitquit') response.end('{"status":"draining"}');
      });
      const port = String(await listen(stuck));
      return await run(['shutdown', '--timeout', '100ms'], { MKIO_PROXY_ADMIN_PORT: port });
    },
  ],
  [
    1,
    'healthcheck without a listener',
    async () => run(['healthcheck'], { MKIO_PROXY_ADMIN_PORT: await takeFreePort() }),
  ],
  [
    1,
    'wait after its timeout',
    async () => run(['wait', '--timeout', '10ms'], { MKIO_PROXY_ADMIN_PORT: await takeFreePort() }),
  ],
  [2, 'a setting that is none', () => run(['start'], { MKIO_PROXY_PROT: '1' })],
  [2, 'a command that is none', () => run(['begin'])],
  [3, 'no token', () => run(['start'])],
  [3, 'a token that has expired', () => run(['start'], { MKIO_TOKEN: forgeJwt({ exp: 1 }) })],
  [
    4,
    'a port that is taken',
    async () => run(['start'], { MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_PORT: String((await startUpstream()).port) }),
  ],
  [
    5,
    'shutdown of a server that accepts connections and never answers',
    async () => {
      const port = String(await listen(createServer(() => undefined)));
      return await run(['shutdown', '--timeout', '100ms'], { MKIO_PROXY_ADMIN_PORT: port });
    },
  ],
  [5, 'shutdown of no proxy', async () => run(['shutdown'], { MKIO_PROXY_ADMIN_PORT: await takeFreePort() })],
  [
    5,
    'shutdown of a proxy that does not allow shutdown by HTTP',
    async () => {
      const { admin } = await startProgram({ MKIO_TOKEN: OPAQUE_TOKEN });
      const code = await run(['shutdown'], { MKIO_PROXY_ADMIN_PORT: portOf(admin) });
      expect((await fetch(`${admin}/readyz`)).status).toBe(200);
      return code;
    },
  ],
  ...(['tail', 'export --har -', 'replay x'] as const).map(
    (line) =>
      [
        5,
        `${line} of a server that is not a proxy`,
        async () => run(line.split(' '), { MKIO_PROXY_ADMIN_PORT: await takeFreePort() }),
      ] as const,
  ),
  ...(
    [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const
  ).map(
    ([signal, code]) =>
      [
        code,
        `${signal} that cancels an exchange`,
        async () => {
          const { child, asked, ended } = await startBusy(CUT_AT_ONCE);
          child.kill(signal);
          expect(await asked).toBe('cut');
          return (await ended).code;
        },
      ] as const,
  ),
  [
    143,
    'POST /quitquitquit that cancels an exchange',
    async () => {
      const { admin, asked, ended } = await startBusy(CUT_AT_ONCE);
      await quit(admin);
      expect(await asked).toBe('cut');
      return (await ended).code;
    },
  ],
];

describe('the process exits with code', () => {
  test.each(ENDS)('%i on %s', async (code, _, end) => {
    expect(await end()).toBe(code);
  });

  test('exactly the codes of docs/operations.md', () => {
    const doc = readFileSync(resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');
    const [, table = ''] = /<!-- exit codes -->([^]*?)<!-- \/exit codes -->/.exec(doc) ?? [];
    const told = [...table.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(told).toEqual([...new Set(ENDS.map(([code]) => code))]);
  });
});
