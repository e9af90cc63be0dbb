import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFolder } from '../support/folder.ts';
import { startTestProxy } from '../support/proxy.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

async function start(path: string, mode = 0o600) {
  return await startTestProxy({ ...(await startUpstream()), listener: { socket: { path, mode } } });
}

async function ask(socketPath: string): Promise<number | undefined> {
  const [answer] = (await once(
    request({ socketPath, path: '/api/v1/x', headers: { host: 'localhost' } }).end(),
    'response',
  )) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('MKIO_PROXY_SOCKET', () => {
  test('is created with its mode, and removed at exit', async () => {
    const path = join(createFolder(), 'mkio.sock');
    const proxy = await start(path, 0o660);

    expect(proxy.address).toBe(`unix:${path}`);
    expect(modeOf(path)).toBe('660');
    expect(await ask(path)).toBe(200);

    await proxy.close();
    expect(existsSync(path)).toBe(false);
  });

  test('replaces a socket without a listener', async () => {
    const path = join(createFolder(), 'mkio.sock');
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)},()=>process.kill(process.pid,'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    expect(existsSync(path)).toBe(true);

    await start(path);

    expect(await ask(path)).toBe(200);
  });

  test('is taken over by the next process while this one drains', async () => {
    const path = join(createFolder(), 'mkio.sock');
    const upstream = await startUpstream(BY_HAND);
    const old = await startTestProxy({ ...upstream, listener: { socket: { path, mode: 0o600 } } });
    const asked = ask(path);
    const { response } = await upstream.next();

    const closing = old.close({ drainTimeoutMs: 10_000 });
    await start(path);
    response.end('{}');

    expect(await asked).toBe(200);
    expect(await closing).toEqual({ cut: 0 });
    expect(await ask(path)).toBe(200);
  });

  test('never replaces a socket with a listener', async () => {
    const path = join(createFolder(), 'mkio.sock');
    const other = createServer().listen(path);
    await once(other, 'listening');
    onTestFinished(() => void other.close());

    await expect(start(path)).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: /another process listens there/,
    });
    expect(other.listening && existsSync(path)).toBe(true);
  });

  test('never replaces a file', async () => {
    const path = join(createFolder(), 'mkio.sock');
    writeFileSync(path, 'precious');
    await expect(start(path)).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });
});
