import { EventEmitter, on } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
}

export interface TestUpstream {
  readonly origin: string;
  readonly port: number;
  /** Every request whose head arrived. */
  readonly seen: SeenRequest[];
  /** The next request not yet returned: for tests that act as the upstream. */
  readonly next: () => Promise<Arrived>;
}

export interface Arrived {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The test answers by itself: it gets the exchange from `next`. */
export const BY_HAND: RequestListener = () => undefined;

const OK: RequestListener = (_, response) => {
  response.setHeader('content-type', 'application/json').end('{"ok":true}');
};

/** A real HTTP server on a free port. */
export async function startUpstream(handler: RequestListener = OK): Promise<TestUpstream> {
  return await serve(createServer(), 'http://127.0.0.1', handler);
}

/** The same over TLS, addressed as `hostname`. */
export async function startTlsUpstream(
  certificate: Certificate,
  { hostname = 'localhost', handler = OK }: { hostname?: string; handler?: RequestListener } = {},
): Promise<TestUpstream> {
  return await serve(createTlsServer({ ...certificate }), `https://${hostname}`, handler);
}

async function serve(server: Server, base: string, handler: RequestListener): Promise<TestUpstream> {
  const seen: SeenRequest[] = [];
  const arrivals = new EventEmitter();
  const arrived = on(arrivals, 'request');
  server.on('request', (request, response) => {
    const { method = '', url = '', rawHeaders, headers } = request;
    seen.push({ method, url, rawHeaders, headers });
    arrivals.emit('request', { request, response } satisfies Arrived);
    handler(request, response);
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const next = async (): Promise<Arrived> => ((await arrived.next()).value as [Arrived])[0];
  return { origin: `${base}:${port}`, port, seen, next };
}

export interface RawUpstream {
  readonly origin: string;
  readonly port: number;
  /** All bytes received, per connection. */
  readonly received: string[];
}

/** A TCP server that calls `react` for each received chunk: for answers that no HTTP library would send. */
export async function startRawUpstream(
  react: (socket: Socket, connection: number, chunk: Buffer) => void,
): Promise<RawUpstream> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    const connection = received.push('') - 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      received[connection] = (received[connection] ?? '') + chunk.toString('latin1');
      react(socket, connection, chunk);
    });
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: `http://127.0.0.1:${port}`, port, received };
}

/** The same with one fixed answer to every request head. */
export async function startAnswering(answer: string | Buffer): Promise<RawUpstream> {
  const bytes = typeof answer === 'string' ? Buffer.from(answer, 'latin1') : answer;
  return await startRawUpstream((socket, _, chunk) => {
    if (chunk.includes('\r\n\r\n')) socket.write(bytes);
  });
}

export async function listen(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
