import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Pipelined {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Runs at most `max` exchanges of a connection at a time. More requests wait, and their socket is not read: Node would run
 * every request of a pipeline at once.
 */
export function limitPipelines(server: Server, max: number): void {
  const [handle] = server.listeners('request') as RequestListener[];
  if (handle === undefined) throw new Error('the server has no request listener');
  const pipelines = new WeakMap<Socket, Pipeline>();
  server.removeListener('request', handle);
  server.on('request', (request, response) => {
    const { socket } = request;
    let pipeline = pipelines.get(socket);
    if (pipeline === undefined) pipelines.set(socket, (pipeline = new Pipeline(handle, socket, max)));
    pipeline.add({ request, response });
  });
}

class Pipeline {
  readonly #handle: RequestListener;
  readonly #socket: Socket;
  readonly #max: number;
  readonly #running = new Set<ServerResponse>();
  readonly #waiting: Pipelined[] = [];
  /** Whether the connection ends after an answer. */
  #isOver = false;

  constructor(handle: RequestListener, socket: Socket, max: number) {
    this.#handle = handle;
    this.#socket = socket;
    this.#max = max;
  }

  add(pipelined: Pipelined): void {
    if (this.#isOver) return;
    if (this.#running.size === 0) {
      this.#start(pipelined);
      return;
    }
    this.#waiting.push(pipelined);
    if (this.#waiting.length > 1) return;
    this.#stopReading();
    this.#later();
  }

  #start({ request, response }: Pipelined): void {
    this.#running.add(response);
    response.once('close', () => {
      this.#running.delete(response);
      this.#isOver ||= !response.shouldKeepAlive;
      this.#next();
    });
    this.#handle(request, response);
  }

  /** By then the request before has been judged: behind a refusal that closes the connection, nothing may run. */
  #later(): void {
    setImmediate(() => this.#next());
  }

  #next(): void {
    if (this.#waiting.length === 0 || this.#running.size >= this.#max) return;
    if (this.#isOver || this.#socket.destroyed || this.#isLast()) {
      this.#waiting.length = 0;
      return;
    }
    const next = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#read();
    else this.#later();
    if (next !== undefined) this.#start(next);
  }

  #isLast(): boolean {
    for (const response of this.#running) if (!response.shouldKeepAlive) return true;
    return false;
  }

  /** Node resumes the socket for each request, so `pause` alone does not last. */
  #stopReading(): void {
    this.#socket.pause();
    this.#socket.resume = () => this.#socket;
  }

  #read(): void {
    delete (this.#socket as Partial<Socket>).resume;
    this.#socket.resume();
  }
}
