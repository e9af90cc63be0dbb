import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { READS } from '../http/methods.ts';
import type { Exchange } from '../traffic/exchange.ts';
import { createAnswerBody } from './answer-body.ts';
import type { AnswerBody } from './answer-head.ts';
import { BODYLESS } from './answer-head.ts';
import type { BodyMapper } from './body-mapper.ts';
import type { FieldLines } from '../http/fields.ts';
import type { AnswerPasses } from './headers.ts';
import { answerFields } from './headers.ts';

export interface DeliveryOptions {
  readonly request: { readonly method: string };
  readonly exchange: Exchange;
  readonly raw: IncomingMessage;
  readonly answer: ServerResponse;
  readonly passes: AnswerPasses;
  /** undefined: links in bodies stay unchanged. */
  readonly createMapper: (() => BodyMapper) | undefined;
  readonly createMask: () => BodyMapper;
  /** Called just before the answer is written to `answer`. */
  readonly onAnswer: () => void;
}

/** The caller's leg: writes the upstream's answer, complete or visibly truncated. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #onBroken: () => void;
  #body: AnswerBody | undefined;
  #hasEnded = false;

  /** @param onBroken called if the upstream's bytes do not decode */
  constructor(options: DeliveryOptions, onBroken: () => void) {
    this.#options = options;
    this.#onBroken = onBroken;
  }

  get hasBegun(): boolean {
    return this.#body !== undefined;
  }

  /** Whether all of the answer was written. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  begin(status: number, fields: FieldLines): void {
    const { answer, exchange, request, passes, createMapper, createMask, onAnswer } = this.#options;
    const body = createAnswerBody({
      answer,
      status,
      fields,
      method: request.method,
      pass: (lines, drop) => answerFields(lines, passes, drop),
      createMapper: READS.has(request.method) ? createMapper : undefined,
      createMask,
      onBroken: this.#onBroken,
    });
    this.#body = body;
    onAnswer();
    exchange.answer(status, fields);
    // The header may announce a body that never comes; with a 304 undici would wait for it.
    if (BODYLESS.has(status) || request.method === 'HEAD') this.end();
    // Body bytes that came with the head are written by then, in one write with it.
    queueMicrotask(() => {
      if (!this.#hasEnded && exchange.answerBytes === 0) body.flushHead();
    });
  }

  /** The stream that has to drain before the next chunk; undefined if none. */
  write(chunk: Buffer): Writable | undefined {
    const body = this.#body;
    if (body === undefined) return undefined;
    this.#options.exchange.passAnswer(chunk);
    return body.write(chunk) ? undefined : body.sink;
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#body?.end();
  }

  /** After the head only a broken connection can show the caller that the answer is truncated. */
  cut(): void {
    const { exchange, raw, answer } = this.#options;
    exchange.truncated = true;
    // In HTTP/1.0 a plain close ends a body.
    if (raw.httpVersionMinor === 0) reset(raw.socket);
    // In a pipeline earlier requests are answered first. Node 24 would continue the connection after a destroyed answer.
    else if (answer.socket === null) answer.prependOnceListener('socket', (socket: Socket) => socket.destroy());
    else answer.destroy();
  }
}

/** Node's `resetAndDestroy` ends the stream first, and its FIN would read as the end of the body. */
function reset(socket: Socket): void {
  socket.destroySoon = () => socket.destroy();
  socket.resetAndDestroy();
}
