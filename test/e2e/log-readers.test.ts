import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../support/folder.ts';
import { listen, startUpstream } from '../support/upstream.ts';
import { startProgram } from '../support/program.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const READ_ONE = 'read -r line; printf "%s" "$line" >ready';

describe('forwarding continues and a signal stops the program if the log goes to', () => {
  test('a reader that exits after the first line', async () => {
    const program = await startInto(`| { ${READ_ONE}; }`);
    await program.fill(10);

    program.signal();

    expect(await program.ended()).toBe(0);
  });

  test('a reader that has stopped: unread lines are dropped after a second', async () => {
    const program = await startInto(`| { ${READ_ONE}; exec sleep 30; }`);
    await program.fill(100);
    const from = performance.now();

    program.signal();

    expect(await program.ended()).toBe(0);
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  test('a reader that has stopped: a second signal exits at once', async () => {
    const program = await startInto(`| { ${READ_ONE}; exec sleep 30; }`);
    await program.fill(100);

    program.signal();
    await sleep(100);
    program.signal();

    expect(await program.ended()).toBe(143);
  });

  test('a socket whose reader has stopped', async () => {
    const upstream = await startUpstream();
    const program = await startProgram({ MKIO_BASE_URL: upstream.origin, MKIO_TOKEN: OPAQUE_TOKEN });
    program.child.stdout?.pause();
    await fill(program.address, 300);

    program.child.kill('SIGTERM');
    await new Promise((resolve) => program.child.once('exit', resolve));
    program.child.stdout?.resume();

    expect((await program.ended).code).toBe(0);
  });

  test('a full disk', async () => {
    const program = await startInto('>/dev/full');
    await program.fill(10);

    program.signal();

    expect(await program.ended()).toBe(0);
  });
});

test('the last lines, with the reason for the exit, are written', async () => {
  const program = await startInto('>log');
  await program.fill(50);

  program.signal();

  expect(await program.ended()).toBe(0);
  const lines = program.read('log').trimEnd().split('\n');
  expect(lines.filter((line) => line.includes('"event":"exchange"'))).toHaveLength(51);
  expect(lines.at(-1)).toContain('"event":"stopped"');
});

/** The built program in a shell, with standard output redirected by `output`. */
async function startInto(output: string) {
  const cwd = createFolder();
  const port = await freePort();
  const upstream = await startUpstream();
  const script = `{ "$0" "$1" start & echo $! >pid; wait $!; echo $? >code; } ${output}`;
  const shell = spawn('sh', ['-c', script, process.execPath, MAIN], {
    cwd,
    detached: true,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      MKIO_TOKEN: OPAQUE_TOKEN,
      MKIO_BASE_URL: upstream.origin,
      MKIO_PROXY_PORT: String(port),
      MKIO_PROXY_ADMIN_PORT: 'off',
      LOG_FORMAT: 'json',
    },
  });
  onTestFinished(() => {
    if (shell.exitCode === null) process.kill(-Number(shell.pid), 'SIGKILL');
  });
  const address = `http://127.0.0.1:${port}`;
  const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
  const written = (name: string): boolean => existsSync(join(cwd, name)) && read(name) !== '';
  while (!(await fetch(`${address}/x`).catch(() => undefined))) await sleep(50);
  if (output.includes(READ_ONE)) while (!written('ready')) await sleep(20);
  return {
    read,
    signal: () => void process.kill(Number(read('pid')), 'SIGTERM'),
    fill: (count: number) => fill(address, count),
    ended: async (): Promise<number> => {
      while (!written('code')) await sleep(20);
      return Number(read('code'));
    },
  };
}

/** Makes `count` exchanges, each with a log line of 4 KB. */
async function fill(address: string, count: number): Promise<void> {
  const path = `/api/v1/${'x'.repeat(4_000)}`;
  for (let i = 0; i < count; i++) expect((await fetch(address + path)).status).toBe(200);
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  return port;
}
