import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ProxyError } from '../errors.ts';
import { READS } from '../http/methods.ts';
import type { DeliveryWorlds } from './delivery.ts';
import { Delivery } from './delivery.ts';
import type { Renew, Upstream, UpstreamConnection, UpstreamRequest } from './dispatcher.ts';
import { readFailure } from './failures.ts';
import type { Framing } from './framing.ts';
import { resolveFraming } from './framing.ts';
import type { FieldLines } from '../http/fields.ts';
import { MAX_INTERIM_ANSWERS, relayInterim } from './interim.ts';
import { HeldUnauthorized } from './unauthorized.ts';

/** One exchange on its way: what to ask the upstream, and where the answer goes. */
export interface Relayed extends DeliveryWorlds {
  readonly upstream: Upstream;
  readonly request: Omit<UpstreamRequest, 'fresh' | 'onConnection'>;
  /** Called where the upstream leg broke before the answer began. */
  readonly onFailure: (failure: ProxyError) => void;
}

/** Sends an exchange upstream and streams the answer back. A caller that leaves cancels the upstream call. */
export class Relay implements Dispatcher.DispatchHandler {
  readonly #relayed: Relayed;
  #controller: Dispatcher.DispatchController | undefined;
  readonly #delivery: Delivery;
  #framing: Framing | undefined;
  #interimAnswers = 0;
  #callerLeft = false;
  #failed = false;
  /** Whether it was sent again, as its connection had died; and as its token had been replaced. */
  #reconnected = false;
  #reauthorized = false;
  #renewToken: Renew | undefined;
  #unauthorized: HeldUnauthorized | undefined;
  #connection: UpstreamConnection | undefined;
  /** The kept-alive socket that carries the request, and how much it had read before. */
  #reused: { readonly socket: Socket; readonly bytesRead: number } | undefined;

  constructor(relayed: Relayed) {
    this.#relayed = relayed;
    this.#delivery = new Delivery(relayed, () => this.#truncate());
    relayed.answer.once('close', () => {
      if (!this.#isOver) this.#cancel();
    });
  }

  get #isOver(): boolean {
    return this.#failed || this.#delivery.hasEnded;
  }

  start(): void {
    const { upstream, request, exchange } = this.#relayed;
    const { method, path } = request;
    const fields = exchange.trace?.send(method, path, request.fields) ?? request.fields;
    const onConnection = (connection: UpstreamConnection): void => {
      const { socket } = connection;
      this.#connection = connection;
      this.#reused = socket && { socket, bytesRead: socket.bytesRead };
    };
    this.#renewToken = upstream.dispatch({ ...request, fields, fresh: this.#reconnected, onConnection }, this);
  }

  /** The open socket that carries the request. */
  get upstreamSocket(): Socket | undefined {
    return this.#connection?.socket;
  }

  /** Ends the exchange: with this answer, or uncleanly where the upstream's has begun. */
  abort(error: ProxyError): void {
    this.#controller?.abort(error);
  }

  #cancel(): void {
    this.#callerLeft = true;
    this.#controller?.abort(new Error('the caller left'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#callerLeft) this.#cancel();
    else this.#start();
  }

  /** undici writes the request next. */
  #start(): void {
    const { exchange, request } = this.#relayed;
    exchange.connect();
    if (request.body === null) exchange.endRequest();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    const fields = readLatin1(controller.rawHeaders);
    if (status < 100 || status > 599) {
      throw new ProxyError('UPSTREAM_INVALID', 'The upstream answered with an unknown status.');
    }
    if (status < 200) {
      if (++this.#interimAnswers > MAX_INTERIM_ANSWERS) {
        throw new ProxyError('UPSTREAM_INVALID', 'The upstream sent interim answers without end.');
      }
      relayInterim(this.#relayed, status, fields);
      return;
    }
    this.#relayed.exchange.trace?.answer(status);
    this.#framing = resolveFraming(fields);
    if (status !== 401 || !this.#holdBack(fields)) this.#delivery.begin(status, fields);
  }

  /** Whether this 401 may not be the last word: with another token, what sent no body can be asked once more. */
  #holdBack(fields: FieldLines): boolean {
    const renewed = this.#renewToken?.();
    if (renewed === undefined || this.#reauthorized || this.#relayed.request.body !== null) return false;
    const held = new HeldUnauthorized(fields);
    this.#unauthorized = held;
    renewed
      .then((isRenewed) => this.#decide(held, isRenewed))
      .catch((error: unknown) => this.#fail(readFailure(error as Error)));
    return true;
  }

  /** Where it is the last word, a body that takes its time is not waited for. */
  #decide(held: HeldUnauthorized, isRenewed: boolean): void {
    if (this.#unauthorized !== held || this.#callerLeft) return;
    held.isRenewed = isRenewed;
    if (!isRenewed) this.#passOn(held, this.#controller);
    else if (held.isRead) this.#reauthorize();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (chunk.length === 0) return; // undici gives an empty one after each pause
    if (this.#unauthorized !== undefined) {
      if (!this.#unauthorized.keep(chunk)) this.#passOn(this.#unauthorized, controller);
      return;
    }
    const full = this.#delivery.write(chunk);
    if (full !== undefined) this.#waitForDrain(controller, full);
  }

  /** Gives the caller the 401 after all. */
  #passOn({ fields, chunks, isRead }: HeldUnauthorized, controller?: Dispatcher.DispatchController): void {
    this.#unauthorized = undefined;
    this.#delivery.begin(401, fields);
    let full: Writable | undefined;
    for (const chunk of chunks) full = this.#delivery.write(chunk);
    if (isRead) this.#delivery.end();
    else if (full !== undefined && controller !== undefined) this.#waitForDrain(controller, full);
  }

  #waitForDrain(controller: Dispatcher.DispatchController, sink: Writable): void {
    const socket = this.upstreamSocket;
    const resume = (): void => {
      sink.off('drain', resume);
      socket?.off('end', resume);
      controller.resume();
    };
    controller.pause();
    sink.once('drain', resume);
    // At the end of a connection undici asserts that it is not paused, out of reach of any handler. Nothing follows there.
    socket?.prependOnceListener('end', resume);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const held = this.#unauthorized;
    // Node 20 reports a reset right behind the last bytes as an end: that the peer is gone tells them apart.
    if (this.#framing === 'until-close' && this.upstreamSocket?.remoteAddress === undefined) {
      if (held !== undefined) this.#passOn(held);
      this.#truncate();
    } else if (held === undefined) this.#delivery.end();
    else {
      held.isRead = true;
      if (held.isRenewed) this.#reauthorize();
    }
  }

  #reauthorize(): void {
    this.#unauthorized = undefined;
    this.#reauthorized = true;
    // undici takes its connection for free a turn of the event loop later.
    setImmediate(() => this.#repeat());
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver || this.#callerLeft || this.#relayed.raw.socket.destroyed) return;
    const failure = readFailure(error);
    this.#relayed.exchange.trace?.fail(failure.code);
    if (this.#unauthorized !== undefined) this.#passOn(this.#unauthorized);
    if (this.#delivery.hasBegun) this.#truncate();
    else if (this.#mayRepeat(failure)) {
      this.#reconnected = true;
      this.#repeat();
    } else this.#fail(failure);
  }

  #repeat(): void {
    this.#relayed.exchange.retries++;
    try {
      this.start();
    } catch (error) {
      // The token may have expired meanwhile, and undici lets no error of a handler go anywhere.
      this.#fail(readFailure(error as Error));
    }
  }

  #fail(failure: ProxyError): void {
    this.#failed = true;
    this.#unauthorized = undefined;
    this.#relayed.onFailure(failure);
  }

  #truncate(): void {
    if (!this.#callerLeft) this.#delivery.cut();
  }

  /** RFC 9112 §9.3.1: a request may cross the closing of a kept-alive connection; where nothing was answered, ask again. */
  #mayRepeat({ code }: ProxyError): boolean {
    const { request } = this.#relayed;
    const reused = this.#reused;
    if (code !== 'UPSTREAM_RESET' || reused === undefined || reused.socket.bytesRead !== reused.bytesRead) return false;
    return READS.has(request.method) && request.body === null && !this.#reconnected;
  }
}

/** Field values are bytes, and latin1 keeps each of them (RFC 9110 §5.5). */
function readLatin1(rawHeaders: Dispatcher.DispatchController['rawHeaders']): FieldLines {
  return Array.isArray(rawHeaders) ? rawHeaders.map((field) => field.toString('latin1')) : [];
}
