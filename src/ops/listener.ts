import type { IncomingMessage, Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerOptions } from 'fastify';
import type { RenderedError } from '../errors.ts';
import { ProxyError, renderError } from '../errors.ts';
import { ALLOW } from '../policy/methods.ts';
import type { EarlyRefusal } from '../traffic/recorder.ts';
import type { Connections } from './connections.ts';

// How long a connection that is refused stays, so that the refusal is read: closing at once would reset it.
const LINGER_MS = 1000;

type ClientErrorHandler = NonNullable<FastifyServerOptions['clientErrorHandler']>;
type ClientError = Parameters<ClientErrorHandler>[0];

export interface ListenerWorlds {
  readonly connections: () => Connections;
  readonly record: (refusal: EarlyRefusal) => void;
  readonly maxConnections: number;
  readonly createId: () => string;
}

export interface ListenerAnswers {
  /** Node's `clientError`: what could not be read as a request. */
  readonly onClientError: (error: ClientError, socket: Socket) => void;
  readonly watch: (server: Server) => void;
  /** @throws ProxyError BUSY (503), for a request on a connection beyond the limit */
  readonly refuseExcess: (socket: Socket) => void;
}

/** The answers that Node's HTTP server would give without a word, or not at all. */
export function createListenerAnswers(worlds: ListenerWorlds): ListenerAnswers {
  const { connections, record, maxConnections, createId } = worlds;
  const excess = new WeakSet<Socket>();
  const refused = new WeakSet<Socket>();

  const refuse = (socket: Socket, error: ProxyError, request?: IncomingMessage): void => {
    const id = createId();
    const answer = renderLastAnswer(error, id);
    refused.add(socket);
    socket.on('error', () => socket.destroy());
    // Before the answer: it has no address once it has ended.
    record({ id, caller: socket.remoteAddress, request, error, answer });
    socket.end(renderRaw(answer));
    linger(socket);
  };
  /** For what is not part of an exchange: behind the answers that the connection still owes. */
  const refuseNext = (socket: Socket, error: ProxyError, request?: IncomingMessage): void => {
    connections().whenIdle(socket, () => refuse(socket, error, request));
  };

  return {
    onClientError: (error, socket) => {
      if (refused.has(socket)) return;
      const incomplete = connections().findIncomplete(socket);
      const hungUp =
        error.code === 'ECONNRESET' || (error.code === 'HPE_INVALID_EOF_STATE' && incomplete !== undefined);
      // Bytes of ours in the midst of an answer, or in the place of one that is owed before, would be read as part of it.
      if (hungUp || !socket.writable || incomplete?.mayAnswer === false) socket.destroy();
      else if (incomplete !== undefined) refuse(socket, readClientError(error), incomplete.request);
      else refuseNext(socket, readClientError(error));
    },
    watch: (server) => {
      // Beyond its default of 2,000 lines Node drops the rest unseen, Host and Content-Length among them; their bytes are
      // bounded anyway.
      server.maxHeadersCount = 0;
      server.on('connect', (request) => {
        const { socket } = request;
        // Node lets go of the connection here, so that exchanges under way on it could not end any more.
        if (connections().isRunning(socket)) socket.destroy();
        else refuseNext(socket, noTunnels(), request);
      });
      // The guards come first: the forwarding handler says 100 Continue, and policy refuses other expectations.
      for (const event of ['checkContinue', 'checkExpectation']) {
        server.on(event, (request, response) => server.emit('request', request, response));
      }
      server.on('connection', (socket) => {
        if (connections().count() <= maxConnections) return;
        excess.add(socket);
        linger(socket);
      });
    },
    refuseExcess: (socket) => {
      if (!excess.has(socket)) return;
      const headers = { connection: 'close' };
      throw new ProxyError('BUSY', `More than ${maxConnections} connections are open.`, { headers });
    },
  };
}

function linger(socket: Socket): void {
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function readClientError(error: ClientError): ProxyError {
  switch (error.code) {
    case 'HPE_INVALID_METHOD':
      return new ProxyError('METHOD_REFUSED', 'The method of the request is unknown.', { headers: ALLOW });
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

const noTunnels = (): ProxyError => new ProxyError('METHOD_REFUSED', 'The proxy opens no tunnels.', { headers: ALLOW });

function renderLastAnswer(error: ProxyError, id: string): RenderedError {
  const answer = renderError(error, id);
  return { ...answer, headers: { ...answer.headers, connection: 'close' } };
}

function renderRaw({ status, headers, body }: RenderedError): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
