import type { IncomingMessage, Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerOptions } from 'fastify';
import type { ProxyErrorOptions, RenderedError } from '../errors.ts';
import { ProxyError, renderError } from '../errors.ts';
import type { EarlyRefusal } from '../traffic/recorder.ts';
import type { Connections } from './connections.ts';
import { watchConnections } from './connections.ts';

// A refused connection stays open so long, because closing at once would reset it before the refusal is read.
const LINGER_MS = 1000;

type ClientErrorHandler = NonNullable<FastifyServerOptions['clientErrorHandler']>;
type ClientError = Parameters<ClientErrorHandler>[0];

export interface ListenerWorlds {
  readonly record: (refusal: EarlyRefusal) => void;
  readonly maxConnections: number;
  /** The id of a request, or a new id without one. */
  readonly idOf: (request: IncomingMessage | undefined) => string;
  /** For a refused method: `Allow` and the hint. */
  readonly methods: ProxyErrorOptions;
}

export interface ListenerAnswers {
  /** Node's `clientError`: bytes that are not a request. */
  readonly onClientError: (error: ClientError, socket: Socket) => void;
  /** Call it before the first request. */
  readonly watch: (server: Server) => Connections;
  /** @throws ProxyError BUSY (503) for a request on a connection beyond the limit */
  readonly refuseExcess: (socket: Socket) => void;
}

/** Answers in cases that Node's HTTP server answers with an empty body or not at all. */
export function createListenerAnswers(worlds: ListenerWorlds): ListenerAnswers {
  const { record, maxConnections, idOf, methods } = worlds;
  let connections: Connections;
  const excess = new WeakSet<Socket>();
  const refused = new WeakSet<Socket>();

  const refuse = (socket: Socket, error: ProxyError, request?: IncomingMessage): void => {
    const id = idOf(request);
    const answer = renderLastAnswer(error, id);
    refused.add(socket);
    socket.on('error', () => socket.destroy());
    // Before the answer: a closed socket has no address.
    record({ id, caller: socket.remoteAddress, request, error, answer });
    socket.end(renderRaw(answer));
    linger(socket);
  };
  /** Answers outside of an exchange, after the answers that the connection still owes. */
  const refuseNext = (socket: Socket, error: ProxyError, request?: IncomingMessage): void => {
    connections.whenIdle(socket, () => refuse(socket, error, request));
  };

  return {
    onClientError: (error, socket) => {
      if (refused.has(socket)) return;
      const incomplete = connections.findIncomplete(socket);
      const hungUp =
        error.code === 'ECONNRESET' || (error.code === 'HPE_INVALID_EOF_STATE' && incomplete !== undefined);
      // Written earlier, these bytes would be read as part of another answer.
      if (hungUp || !socket.writable || incomplete?.mayAnswer === false) socket.destroy();
      else if (incomplete !== undefined) refuse(socket, readClientError(error, methods), incomplete.request);
      else refuseNext(socket, readClientError(error, methods));
    },
    watch: (server) => {
      connections = watchConnections(server);
      // By default Node silently drops lines after the 2,000th, even Host and Content-Length. maxHeaderSize bounds them.
      server.maxHeadersCount = 0;
      server.on('connect', (request) => {
        const { socket } = request;
        // Node detaches the connection here, so running exchanges on it could not end.
        if (connections.isRunning(socket)) socket.destroy();
        else refuseNext(socket, new ProxyError('METHOD_REFUSED', 'The proxy opens no tunnels.', methods), request);
      });
      // The policy decides about expectations.
      passOn(server, 'checkExpectation');
      server.on('connection', (socket) => {
        if (connections.count() <= maxConnections) return;
        excess.add(socket);
        linger(socket);
      });
      return connections;
    },
    refuseExcess: (socket) => {
      if (!excess.has(socket)) return;
      const headers = { connection: 'close' };
      throw new ProxyError('BUSY', `More than ${maxConnections} connections are open.`, { headers });
    },
  };
}

/** The forwarding handler sends 100 Continue, after all guards. */
export const holdContinue = (server: Server): void => passOn(server, 'checkContinue');

function passOn(server: Server, event: 'checkContinue' | 'checkExpectation'): void {
  server.on(event, (request, response) => server.emit('request', request, response));
}

function linger(socket: Socket): void {
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function readClientError(error: ClientError, methods: ProxyErrorOptions): ProxyError {
  switch (error.code) {
    case 'HPE_INVALID_METHOD':
      return new ProxyError('METHOD_REFUSED', 'The method of the request is unknown.', methods);
    case 'HPE_HEADER_OVERFLOW':
      return new ProxyError('HEADERS_TOO_LARGE', 'The head of the request is too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProxyError('REQUEST_TIMEOUT', 'The request did not arrive in time.');
    default:
      return new ProxyError('TARGET_INVALID', 'The request is not valid HTTP/1.1.', {
        cause: error,
        hint: 'Send a well-formed request; its target must be printable ASCII without spaces.',
      });
  }
}

function renderLastAnswer(error: ProxyError, id: string): RenderedError {
  const answer = renderError(error, id);
  return { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

function renderRaw({ status, headers, body }: RenderedError): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
