import { connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { listen } from './upstream.ts';

export interface Rebound {
  readonly port: number;
  /** From now on, requests of new connections go to this port of the machine. */
  readonly rebind: (port: number) => void;
}

/** Stands for a name whose DNS answer changes: the browser keeps to one host and port, behind which the server changes. */
export async function startRebound(port: number): Promise<Rebound> {
  let to = port;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // Not before the first bytes: browsers open connections ahead of their requests.
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
