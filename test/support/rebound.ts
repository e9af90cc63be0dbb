import { connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { listen } from './upstream.ts';

export interface Rebound {
  readonly port: number;
  /** From now on, new connections go to this port. */
  readonly rebind: (port: number) => void;
}

/** Simulates a DNS name that is rebound: the browser keeps host and port while the server behind them changes. */
export async function startRebound(port: number): Promise<Rebound> {
  let to = port;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // Connect only at the first bytes: browsers open connections before they have a request.
    socket.once('data', (first: Buffer) => {
      const other = connect(to, '127.0.0.1');
      other.on('error', () => socket.destroy());
      other.write(first);
      socket.pipe(other).pipe(socket);
    });
  });
  const own = await listen(server);
  onTestFinished(() => void server.close());
  return { port: own, rebind: (next) => (to = next) };
}
