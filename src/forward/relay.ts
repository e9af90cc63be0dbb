import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ProxyError } from '../errors.ts';
import type { Exchange } from '../traffic/exchange.ts';
import { createAnswerBody } from './answer-body.ts';
import type { AnswerBody } from './answer-head.ts';
import { BODYLESS } from './answer-head.ts';
import type { BodyMapper } from './body-mapper.ts';
import type { Renew, Upstream, UpstreamConnection, UpstreamRequest } from './dispatcher.ts';
import { readFailure } from './failures.ts';
import type { Framing } from './framing.ts';
import { resolveFraming } from './framing.ts';
import type { AnswerPasses, FieldLines } from './headers.ts';
import { answerFields } from './headers.ts';
import { MAX_INTERIM_ANSWERS, relayInterim } from './interim.ts';
import type { HeldUnauthorized } from './unauthorized.ts';
import { holdUnauthorized } from './unauthorized.ts';

/** One exchange on its way: what to ask the upstream, and where the answer goes. */
export interface Relayed {
  readonly upstream: Upstream;
  readonly request: Omit<UpstreamRequest, 'fresh' | 'onConnection'>;
  readonly exchange: Exchange;
  readonly raw: IncomingMessage;
  readonly answer: ServerResponse;
  readonly passes: AnswerPasses;
  /** undefined: links in bodies stay as they are. */
  readonly createMapper: (() => BodyMapper) | undefined;
  readonly createMask: () => BodyMapper;
  /** Called just before the answer is written to `answer`. */
  readonly onAnswer: () => void;
  /** Called instead where the upstream leg broke before the answer began. */
  readonly onFailure: (failure: ProxyError) => void;
}

// What asks for a representation: it may be asked for again, and a list of links is read by it alone.
const READS = new Set(['GET', 'HEAD']);

/** Sends an exchange upstream and streams the answer back. A caller that leaves cancels the upstream call. */
export class Relay implements Dispatcher.DispatchHandler {
  readonly #relayed: Relayed;
  #controller: Dispatcher.DispatchController | undefined;
  #body: AnswerBody | undefined;
  #framing: Framing | undefined;
  #interimAnswers = 0;
  #callerLeft = false;
  #finished = false;
  /** Whether it was sent again, as its connection had died; and as its token had been replaced. */
  #reconnected = false;
  #reauthorized = false;
  #renewToken: Renew | undefined;
  #unauthorized: HeldUnauthorized | undefined;
  #awaitsToken = false;
  #connection: UpstreamConnection | undefined;
  /** The kept-alive socket that carries the request, and how much it had read before. */
  #reused: { readonly socket: Socket; readonly bytesRead: number } | undefined;

  constructor(relayed: Relayed) {
    this.#relayed = relayed;
    relayed.answer.once('close', () => {
      if (!this.#finished) this.#cancel();
    });
  }

  start(): void {
    const { upstream, request } = this.#relayed;
    const onConnection = (connection: UpstreamConnection): void => {
      const { socket } = connection;
      this.#connection = connection;
      this.#reused = socket && { socket, bytesRead: socket.bytesRead };
    };
    this.#renewToken = upstream.dispatch({ ...request, fresh: this.#reconnected, onConnection }, this);
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
    this.#framing = resolveFraming(fields);
    if (status !== 401 || !this.#holdBack(fields)) this.#begin(status, fields);
  }

  /** Whether this 401 may not be the last word: with another token, what sent no body can be asked once more. */
  #holdBack(fields: FieldLines): boolean {
    const renewed = this.#renewToken?.();
    if (renewed === undefined || this.#reauthorized || this.#relayed.request.body !== null) return false;
    const held = holdUnauthorized(fields, renewed);
    this.#unauthorized = held;
    // A body that takes its time is not waited for where it is the last word.
    void renewed.then(
      (isRenewed) => {
        if (!isRenewed && !this.#awaitsToken && this.#unauthorized === held) this.#passOn(held, this.#controller);
      },
      () => undefined,
    );
    return true;
  }

  #begin(status: number, fields: FieldLines): void {
    const { answer, exchange, request, passes, createMapper, createMask, onAnswer } = this.#relayed;
    const body = createAnswerBody({
      answer,
      status,
      fields,
      method: request.method,
      pass: (lines, drop) => answerFields(lines, passes, drop),
      createMapper: READS.has(request.method) ? createMapper : undefined,
      createMask,
      onBroken: () => this.#truncate(),
    });
    this.#body = body;
    onAnswer();
    exchange.status = status;
    exchange.answeredBy = 'upstream';
    // Here the header may tell of a body that never comes, which undici would wait for with a 304.
    if (BODYLESS.has(status) || request.method === 'HEAD') this.#finish();
    // What came along with the head is here by then, and one write sends both.
    queueMicrotask(() => {
      if (!this.#finished && exchange.answerBytes === 0) body.flushHead();
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (chunk.length === 0) return; // undici gives an empty one after each pause
    if (this.#unauthorized !== undefined) {
      if (!this.#unauthorized.keep(chunk)) this.#passOn(this.#unauthorized, controller);
      return;
    }
    this.#write(chunk, controller);
  }

  #write(chunk: Buffer, controller?: Dispatcher.DispatchController): void {
    const body = this.#body;
    if (body === undefined) return;
    this.#relayed.exchange.answerBytes += chunk.length;
    if (!body.write(chunk) && controller !== undefined) this.#waitForDrain(controller, body.sink);
  }

  /** Gives the caller the 401 after all. */
  #passOn({ fields, chunks }: HeldUnauthorized, controller?: Dispatcher.DispatchController): void {
    this.#unauthorized = undefined;
    this.#begin(401, fields);
    for (const chunk of chunks) this.#write(chunk, chunk === chunks.at(-1) ? controller : undefined);
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
    if (this.#finished) return;
    const held = this.#unauthorized;
    // Node 20 reports a reset right behind the last bytes as an end: that the peer is gone tells them apart.
    if (this.#framing === 'until-close' && this.upstreamSocket?.remoteAddress === undefined) {
      if (held !== undefined) this.#passOn(held);
      this.#truncate();
    } else if (held === undefined) this.#finish();
    else this.#awaitToken(held);
  }

  /** All of the 401 is read, so that its connection can carry the next request. */
  #awaitToken(held: HeldUnauthorized): void {
    this.#awaitsToken = true;
    held.renewed
      .then((isRenewed) => this.#decide(held, isRenewed))
      .catch((error: unknown) => this.#fail(readFailure(error as Error)));
  }

  #decide(held: HeldUnauthorized, isRenewed: boolean): void {
    if (this.#finished || this.#callerLeft) return;
    if (isRenewed) {
      // undici takes its connection for free a turn of the event loop later.
      setImmediate(() => this.#reauthorize());
    } else {
      this.#passOn(held);
      this.#finish();
    }
  }

  #reauthorize(): void {
    this.#unauthorized = undefined;
    this.#awaitsToken = false;
    this.#reauthorized = true;
    this.#repeat();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#finished || this.#callerLeft || this.#relayed.raw.socket.destroyed) return;
    const failure = readFailure(error);
    if (this.#unauthorized !== undefined) this.#passOn(this.#unauthorized);
    if (this.#body !== undefined) this.#truncate();
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
    this.#finished = true;
    this.#relayed.onFailure(failure);
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#body?.end();
  }

  /** The head is out: only a broken connection can tell the caller that what it got is not all. */
  #truncate(): void {
    const { exchange, raw, answer } = this.#relayed;
    if (this.#callerLeft) return;
    exchange.truncated = true;
    // For HTTP/1.0 a plain close is how a body ends.
    if (raw.httpVersionMinor === 0) reset(raw.socket);
    // In a pipeline, those before it are answered first. Node 24 would let the connection go on behind a destroyed answer.
    else if (answer.socket === null) answer.prependOnceListener('socket', (socket: Socket) => socket.destroy());
    else answer.destroy();
  }

  /** RFC 9112 §9.3.1: a request may cross the closing of a kept-alive connection; where nothing was answered, ask again. */
  #mayRepeat({ code }: ProxyError): boolean {
    const { request } = this.#relayed;
    const reused = this.#reused;
    if (code !== 'UPSTREAM_RESET' || reused === undefined || reused.socket.bytesRead !== reused.bytesRead) return false;
    return READS.has(request.method) && request.body === null && !this.#reconnected;
  }
}

/** Node's own `resetAndDestroy` ends the stream first, and the FIN of that reads as the end of the body. */
function reset(socket: Socket): void {
  socket.destroySoon = () => socket.destroy();
  socket.resetAndDestroy();
}

/** Field values are bytes, and latin1 keeps each of them (RFC 9110 §5.5). */
function readLatin1(rawHeaders: Dispatcher.DispatchController['rawHeaders']): FieldLines {
  return Array.isArray(rawHeaders) ? rawHeaders.map((field) => field.toString('latin1')) : [];
}
