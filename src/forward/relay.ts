import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ProxyError } from '../errors.ts';
import { READS } from '../http/methods.ts';
import { requireSearchable } from './content-coding.ts';
import type { DeliveryOptions } from './delivery.ts';
import { Delivery } from './delivery.ts';
import type { Renew, Upstream, UpstreamConnection, UpstreamRequest } from './dispatcher.ts';
import { readFailure } from './failures.ts';
import type { Framing } from './framing.ts';
import { resolveFraming } from './framing.ts';
import type { FieldLines } from '../http/fields.ts';
import { InterimAnswers } from './interim.ts';
import { HeldUnauthorized } from './unauthorized.ts';

/** One exchange: the request for the upstream, and the caller's answer. */
export interface Relayed extends DeliveryOptions {
  readonly upstream: Upstream;
  readonly request: Omit<UpstreamRequest, 'fresh' | 'onConnection'>;
  /** Called if the upstream leg breaks before the answer begins. */
  readonly onFailure: (failure: ProxyError) => void;
}

/**
 * - asking: there is no final answer yet
 * - holding: a 401 waits until it is known whether there is another token
 * - delivering: the answer is on its way to the caller, or delivered
 * - failed: the proxy answers itself
 * - cancelled: the caller left
 */
type State =
  | { readonly phase: 'asking' | 'delivering' | 'failed' | 'cancelled' }
  | { readonly phase: 'holding'; readonly held: HeldUnauthorized };

const ASKING: State = { phase: 'asking' };
const DELIVERING: State = { phase: 'delivering' };
const FAILED: State = { phase: 'failed' };
const CANCELLED: State = { phase: 'cancelled' };

/** The retries so far: each reason counts once. */
interface Retried {
  readonly deadConnection: boolean;
  readonly replacedToken: boolean;
}

/** The connection that carries the request. */
interface Carrier {
  readonly connection: UpstreamConnection;
  /** Kept alive from an earlier request; undefined for a new connection. */
  readonly reused: Socket | undefined;
  /** Read from the reused socket before this request. */
  readonly bytesRead: number;
}

/** Sends an exchange upstream and streams the answer back. A caller that leaves cancels the upstream call. */
export class Relay implements Dispatcher.DispatchHandler {
  readonly #relayed: Relayed;
  readonly #delivery: Delivery;
  #state = ASKING;
  #retried: Retried = { deadConnection: false, replacedToken: false };
  #framing: Framing = 'announced';
  #interim: InterimAnswers | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #carrier: Carrier | undefined;
  #renewToken: Renew | undefined;

  constructor(relayed: Relayed) {
    this.#relayed = relayed;
    this.#delivery = new Delivery(relayed, () => this.#truncate());
    relayed.answer.once('close', () => {
      if (!this.#isOver) this.#cancel();
    });
  }

  get #isOver(): boolean {
    const { phase } = this.#state;
    return phase === 'failed' || phase === 'cancelled' || this.#delivery.hasEnded;
  }

  get #held(): HeldUnauthorized | undefined {
    return this.#state.phase === 'holding' ? this.#state.held : undefined;
  }

  /** The open socket that carries the request. */
  get upstreamSocket(): Socket | undefined {
    return this.#carrier?.connection.socket;
  }

  start(): void {
    const { upstream, request, exchange } = this.#relayed;
    const { method, path } = request;
    const fields = exchange.trace?.send(method, path, request.fields) ?? request.fields;
    const onConnection = (connection: UpstreamConnection): void => {
      const reused = connection.socket;
      this.#carrier = { connection, reused, bytesRead: reused?.bytesRead ?? 0 };
    };
    const fresh = this.#retried.deadConnection;
    this.#renewToken = upstream.dispatch({ ...request, fields, fresh, onConnection }, this);
  }

  /** Ends the exchange: with this answer, or uncleanly if the upstream's has begun. */
  abort(error: ProxyError): void {
    this.#controller?.abort(error);
  }

  #cancel(): void {
    this.#state = CANCELLED;
    this.#controller?.abort(new Error('the caller left'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#state.phase === 'cancelled') {
      this.#cancel();
      return;
    }
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
      (this.#interim ??= new InterimAnswers(this.#relayed)).relay(status, fields);
      return;
    }
    this.#relayed.exchange.trace?.answer(status);
    this.#framing = resolveFraming(fields);
    requireSearchable(this.#relayed.request.method, status, fields);
    const renewed = status === 401 ? this.#renew() : undefined;
    if (renewed === undefined) this.#deliver(status, fields);
    else this.#hold(new HeldUnauthorized(fields), renewed);
  }

  #deliver(status: number, fields: FieldLines): void {
    this.#state = DELIVERING;
    this.#delivery.begin(status, fields);
  }

  /** Asks for another token; undefined if the request cannot be sent again. */
  #renew(): ReturnType<Renew> {
    const renewed = this.#renewToken?.();
    return this.#retried.replacedToken || this.#relayed.request.body !== null ? undefined : renewed;
  }

  #hold(held: HeldUnauthorized, renewed: Promise<boolean>): void {
    this.#state = { phase: 'holding', held };
    renewed
      .then((isRenewed) => this.#decide(held, isRenewed))
      .catch((error: unknown) => this.#fail(readFailure(error as Error)));
  }

  /** Without another token the 401 leaves at once, even if its body is not complete. */
  #decide(held: HeldUnauthorized, isRenewed: boolean): void {
    if (this.#held !== held) return;
    held.isRenewed = isRenewed;
    if (!isRenewed) this.#passOn(held, this.#controller);
    else if (held.isRead) this.#retryWithToken();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (chunk.length === 0) return; // undici emits an empty chunk after each pause
    const held = this.#held;
    if (held !== undefined) {
      if (!held.keep(chunk)) this.#passOn(held, controller);
      return;
    }
    const full = this.#delivery.write(chunk);
    if (full !== undefined) this.#waitForDrain(controller, full);
  }

  /** Delivers the held 401. */
  #passOn({ fields, chunks, isRead }: HeldUnauthorized, controller?: Dispatcher.DispatchController): void {
    this.#deliver(401, fields);
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
    // undici asserts that an answer is not paused when its connection ends, and no handler can catch that.
    socket?.prependOnceListener('end', resume);
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const held = this.#held;
    if (this.#wasReset()) {
      if (held !== undefined) this.#passOn(held);
      this.#truncate();
    } else if (held === undefined) this.#delivery.end();
    else {
      held.isRead = true;
      if (held.isRenewed) this.#retryWithToken();
    }
  }

  /** Node 20 reports a reset right after the last bytes as an end, but the peer's address is gone then. */
  #wasReset(): boolean {
    return this.#framing === 'until-close' && this.upstreamSocket?.remoteAddress === undefined;
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#isOver || this.#relayed.raw.socket.destroyed) return;
    const failure = readFailure(error);
    this.#relayed.exchange.trace?.fail(failure.code);
    const held = this.#held;
    if (held !== undefined) this.#passOn(held);
    if (this.#delivery.hasBegun) this.#truncate();
    else if (this.#mayRetry(failure)) this.#retryWithConnection();
    else this.#fail(failure);
  }

  /** A request may cross the closing of a kept-alive connection (RFC 9112 §9.3.1). Without any answer it is safe to retry. */
  #mayRetry({ code }: ProxyError): boolean {
    const { request } = this.#relayed;
    const { reused, bytesRead } = this.#carrier ?? {};
    if (code !== 'UPSTREAM_RESET' || reused === undefined || reused.bytesRead !== bytesRead) return false;
    return READS.has(request.method) && request.body === null && !this.#retried.deadConnection;
  }

  #retryWithConnection(): void {
    this.#retried = { ...this.#retried, deadConnection: true };
    this.#retry();
  }

  #retryWithToken(): void {
    this.#state = ASKING;
    this.#retried = { ...this.#retried, replacedToken: true };
    // undici releases its connection one turn of the event loop later.
    setImmediate(() => this.#retry());
  }

  #retry(): void {
    this.#relayed.exchange.retries++;
    try {
      this.start();
    } catch (error) {
      // The token may have expired meanwhile, and undici swallows errors of handlers.
      this.#fail(readFailure(error as Error));
    }
  }

  #fail(failure: ProxyError): void {
    this.#state = FAILED;
    this.#relayed.onFailure(failure);
  }

  #truncate(): void {
    if (this.#state.phase !== 'cancelled') this.#delivery.cut();
  }
}

/** Field values are bytes, and latin1 keeps each of them (RFC 9110 §5.5). */
function readLatin1(rawHeaders: Dispatcher.DispatchController['rawHeaders']): FieldLines {
  return Array.isArray(rawHeaders) ? rawHeaders.map((field) => field.toString('latin1')) : [];
}
