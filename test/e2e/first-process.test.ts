/** @module-tag namespaces */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../support/folder.ts';
import { AS_FIRST } from '../support/programs.js';
import { listen } from '../support/upstream.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');

function startFirst(env: Readonly<Record<string, string>>) {
  const child = spawn('unshare', [...AS_FIRST, process.execPath, MAIN, 'start'], {
    cwd: createFolder(),
    env: { PATH: process.env.PATH, MKIO_PROXY_PORT: '0', MKIO_PROXY_ADMIN_PORT: '0', LOG_FORMAT: 'json', ...env },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  /** Sends a signal from outside, as a container engine does. */
  const signal = (name: NodeJS.Signals): void => {
    const { pid } = child;
    process.kill(Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')), name);
  };
  return { ended, signal };
}

describe('PID 1 of a container, which has no default signal actions,', () => {
  test.each(['no', 'yes'])('exits on SIGTERM while its helper runs; waiting for a token: %s', async (waits) => {
    const path = join(createFolder(), 'started');
    const { ended, signal } = startFirst({
      MKIO_TOKEN_COMMAND: `sh -c 'touch ${path}; exec sleep 60'`,
      MKIO_PROXY_WAIT_FOR_TOKEN: waits,
    });
    await expect.poll(() => existsSync(path), { timeout: 15_000 }).toBe(true);
    signal('SIGTERM');
    // If it waits for a token, it may listen already, and then drains.
    expect(waits === 'yes' ? [0, 143] : [143]).toContain(await ended);
  });

  test('exits on SIGTERM while it connects to a Redis that hangs', async () => {
    const redis = createServer();
    const connected = once(redis, 'connection');
    const port = await listen(redis);
    const { ended, signal } = startFirst({
      MKIO_TOKEN: OPAQUE_TOKEN,
      MKIO_PROXY_BUDGET: '50%',
      MKIO_PROXY_REDIS_URL: `redis://127.0.0.1:${port}`,
    });
    await connected;
    signal('SIGTERM');
    expect(await ended).toBe(143);
  });
});
