import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { startUpstream } from '../support/upstream.ts';
import { startProgram } from '../support/program.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const SIGNALS: [NodeJS.Signals, number][] = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
];

describe('the life of the process', () => {
  test('the ready line names the real addresses of both listeners', async () => {
    const upstream = await startUpstream();
    const program = await startProgram({ MKIO_BASE_URL: upstream.origin, MKIO_TOKEN: OPAQUE_TOKEN });
    expect((await fetch(`${program.address}/api/v1/projects`)).status).toBe(200);
    expect((await fetch(`${program.admin}/readyz`)).status).toBe(200);
  });

  test('it exits with code 4 and names the port if the port is taken', async () => {
    const upstream = await startUpstream();
    const env = { MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_PORT: String(upstream.port), MKIO_PROXY_ADMIN_PORT: 'off' };
    const { code, stderr } = await runCli(['start'], { cwd: createFolder(), env });
    expect(code).toBe(4);
    expect(stderr).toMatch(new RegExp(`LISTEN_FAILED.*${upstream.port}.*EADDRINUSE`));
  });

  test.each(SIGNALS)('%s without a running exchange exits with code 0', async (signal) => {
    const program = await startProgram({ MKIO_TOKEN: OPAQUE_TOKEN });
    program.child.kill(signal);
    expect((await program.ended).code).toBe(0);
  });

  test.each(SIGNALS)('%s lets a running exchange finish, then exits with code 0', async (signal) => {
    const { program, asked, finish } = await startWithSlowExchange({});
    program.child.kill(signal);
    await program.printed(/"event":"draining"/);
    finish();
    const answer = await asked;
    expect(await answer.text()).toBe('done');
    expect((await program.ended).code).toBe(0);
  });

  test('for MKIO_PROXY_PRESTOP_DELAY after the signal, it reports not ready and still serves', async () => {
    const upstream = await startUpstream();
    const env = { MKIO_BASE_URL: upstream.origin, MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_PRESTOP_DELAY: '1s' };
    const program = await startProgram(env);
    const from = performance.now();
    program.child.kill('SIGTERM');
    await program.printed(/"event":"draining"/);

    expect((await fetch(`${program.admin}/readyz`)).status).toBe(503);
    expect((await fetch(`${program.address}/api/v1/projects`)).status).toBe(200);

    expect((await program.ended).code).toBe(0);
    expect(performance.now() - from).toBeGreaterThan(1_000);
  });

  test.each(SIGNALS)(
    '%s cancels an exchange that exceeds the drain timeout and exits with code %i',
    async (signal, code) => {
      const { program, asked } = await startWithSlowExchange({ MKIO_PROXY_DRAIN_TIMEOUT: '50ms' });
      const cut = expect(asked).rejects.toThrow();
      program.child.kill(signal);
      await cut;
      expect((await program.ended).code).toBe(code);
    },
  );

  test.each(SIGNALS)('a second %s exits at once with code %i', async (signal, code) => {
    const { program, asked } = await startWithSlowExchange({ MKIO_PROXY_DRAIN_TIMEOUT: '1h' });
    const cut = expect(asked).rejects.toThrow();
    program.child.kill(signal);
    await program.printed(/"event":"draining"/);
    program.child.kill(signal);
    await cut;
    expect((await program.ended).code).toBe(code);
  });
});

async function startWithSlowExchange(env: Record<string, string>) {
  let arrived: (response: ServerResponse) => void;
  const arrival = new Promise<ServerResponse>((resolve) => (arrived = resolve));
  const upstream = await startUpstream((_, response) => arrived(response));
  const program = await startProgram({ MKIO_BASE_URL: upstream.origin, MKIO_TOKEN: OPAQUE_TOKEN, ...env });
  const asked = fetch(`${program.address}/api/v1/projects`);
  const response = await arrival;
  return { program, asked, finish: () => response.end('done') };
}
