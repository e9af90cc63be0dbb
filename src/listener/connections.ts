import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Running {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Incomplete {
  readonly request: IncomingMessage;
  readonly mayAnswer: boolean;
}

export interface Connections {
  /** Open connections. */
  readonly count: () => number;
  /** Running exchanges. */
  readonly running: () => number;
  readonly isRunning: (socket: Socket) => boolean;
  /** The exchange whose request is incomplete, and whether it may be answered now. */
  readonly findIncomplete: (socket: Socket) => Incomplete | undefined;
  /** Calls back when no exchange runs on the socket: at once, or after the owed answers. */
  readonly whenIdle: (socket: Socket, then: () => void) => void;
  /**
   * Ends idle connections now and others after their last owed answer. Unlike Node's `closeIdleConnections` it also ends
   * connections that never sent a request.
   */
  readonly drain: () => void;
  /** Cuts every connection, including those that Node detached after CONNECT. */
  readonly cut: () => void;
}

/** Tracks connections and their running exchanges. */
export function watchConnections(server: Server): Connections {
  const sockets = new Map<Socket, Set<Running>>();
  const waiting = new WeakMap<Socket, () => void>();
  const markedLast = new WeakSet<ServerResponse>();
  let draining = false;

  const close = (socket: Socket, running: Running): void => {
    const left = sockets.get(socket);
    if (left?.delete(running) !== true || left.size > 0) return;
    waiting.get(socket)?.();
    if (draining) socket.destroySoon();
  };
  const markLast = (running: ReadonlySet<Running>): void => {
    const responses = [...running].map(({ response }) => response);
    for (const response of responses) if (markedLast.has(response)) response.shouldKeepAlive = true;
    const last = responses.at(-1);
    if (last?.shouldKeepAlive !== true) return;
    markedLast.add(last);
    last.shouldKeepAlive = false;
  };

  server.prependListener('connection', (socket: Socket) => {
    const running = new Set<Running>();
    sockets.set(socket, running);
    socket.once('close', () => {
      // Node closes only the response whose turn it is; queued pipelined responses would never be closed.
      setImmediate(() => {
        for (const { response } of running) response.emit('close');
        sockets.delete(socket);
      });
    });
  });
  server.prependListener('request', (request, response) => {
    const { socket } = request;
    const running = { request, response };
    const all = sockets.get(socket)?.add(running);
    if (draining && all) markLast(all);
    response.once('close', () => close(socket, running));
  });

  const isRunning = (socket: Socket): boolean => (sockets.get(socket)?.size ?? 0) > 0;

  return {
    count: () => sockets.size,
    running: () => [...sockets.values()].reduce((sum, running) => sum + running.size, 0),
    isRunning,
    findIncomplete: (socket) => {
      const all = [...(sockets.get(socket) ?? [])];
      const found = all.find(({ request }) => !request.complete);
      return found && { request: found.request, mayAnswer: found === all[0] && !found.response.headersSent };
    },
    whenIdle: (socket, then) => {
      if (isRunning(socket)) waiting.set(socket, then);
      else then();
    },
    drain: () => {
      draining = true;
      for (const [socket, running] of sockets) {
        if (running.size === 0) socket.destroySoon();
        else markLast(running);
      }
    },
    cut: () => {
      for (const socket of sockets.keys()) socket.destroy();
    },
  };
}
