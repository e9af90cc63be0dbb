import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { createFolder } from './folder.ts';
import { listen } from './upstream.ts';

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** Makes it hang. */
  readonly pause: () => void;
  readonly kill: () => Promise<void>;
}

/** A real Redis on loopback, without persistence, stopped when the test ends. */
export async function startRedis({ port = 0, password = 'a-password-of-redis' } = {}): Promise<TestRedis> {
  const chosen = port === 0 ? await takeFreePort() : port;
  const options = { port: chosen, bind: '127.0.0.1', save: '', dir: createFolder(), requirepass: password };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  for await (const line of createInterface(child.stdout)) if (line.includes('Ready to accept connections')) break;
  child.stdout.resume();
  const pause = (): void => void child.kill('SIGSTOP');
  return { port: chosen, url: `redis://:${password}@127.0.0.1:${chosen}`, pause, kill };
}

async function takeFreePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}
