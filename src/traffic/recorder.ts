import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Logger } from 'pino';
import type { CaptureConfig } from '../config/config.ts';
import type { ProxyError, RenderedError } from '../errors.ts';
import { createBodyReader } from './bodies.ts';
import { createCapture } from './capture.ts';
import { renderCause } from './cause.ts';
import { Exchange } from './exchange.ts';
import { renderFields } from './field-text.ts';
import type { Closing, ExchangeRecord } from './record.ts';
import type { ExchangeFacts } from './facts.ts';
import { renderFacts } from './record.ts';
import type { Replays } from './replays.ts';
import type { StoredBody } from './stored-body.ts';
import { cutFields, cutTarget, isStranger } from './strangers.ts';
import type { Tracing } from './tracing.ts';
import { readUpstreamError } from '../mkio/error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange | undefined;
  }
  interface FastifyInstance {
    readonly recordEarlyRefusal: (refusal: EarlyRefusal) => void;
    /** Set for requests that reached Fastify. */
    readonly findExchange: (request: IncomingMessage) => Exchange | undefined;
  }
}

/** An answer before or instead of Fastify's. */
export interface EarlyRefusal {
  readonly id: string;
  readonly caller: string | undefined;
  /** undefined if the request could not be parsed; such bytes are not kept. */
  readonly request: IncomingMessage | undefined;
  readonly error: ProxyError;
  readonly answer: RenderedError;
}

/** Counts exchanges, captured or not. */
export interface Observer {
  readonly opened: () => void;
  readonly ended: (exchange: ExchangeFacts) => void;
}

export interface RecorderOptions {
  readonly log: Logger;
  readonly redact: (text: string) => string;
  readonly capture: CaptureConfig;
  readonly replays: Replays;
  readonly observer: Observer;
  readonly tracing?: Tracing | undefined;
  /** Receives each ended exchange; not called with capture off. */
  readonly keep: (record: ExchangeRecord) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

const REQUEST = Symbol('request');

interface Met extends IncomingMessage {
  [REQUEST]?: FastifyRequest;
}

/**
 * Opens an exchange for every request, including refused ones. At its end it writes one log line and keeps one record.
 * `recordEarlyRefusal` records bytes that never become a request.
 */
export const recorder = fp<RecorderOptions>((app: FastifyInstance, options, done) => {
  const { redact, replays, observer, tracing, keep, now, wallClock } = options;
  const { mode } = options.capture;
  const log = options.log.child({ event: 'exchange' });
  const capture = createCapture(options.capture, now);
  const readBody = createBodyReader(redact);
  const decoding = new Set<Promise<void>>();

  const open = (request: FastifyRequest): Exchange =>
    new Exchange(capture, {
      id: request.id,
      caller: request.raw.socket.remoteAddress,
      method: request.method,
      target: request.originalUrl,
      // First, because it removes the ticket from the fields.
      replay: replays.take(request.raw),
      requestFields: request.raw.rawHeaders,
    });

  const close = (exchange: Exchange, closing: Closing): void => {
    if (exchange.hasEnded) return;
    exchange.hasEnded = true;
    const sent = readBody(exchange.requestTap, exchange.sentAt !== undefined);
    const got = readBody(exchange.answerTap, closing.ending === 'complete');
    if (!(sent instanceof Promise) && !(got instanceof Promise)) {
      record(exchange, closing, sent, got);
      return;
    }
    const decoded = Promise.all([sent, got])
      .then((bodies) => record(exchange, closing, ...bodies))
      .finally(() => decoding.delete(decoded));
    decoding.add(decoded);
  };

  const record = (exchange: Exchange, closing: Closing, sent?: StoredBody, got?: StoredBody): void => {
    const isError = exchange.answeredBy === 'upstream' && (exchange.status ?? 0) >= 400;
    const error = isError && got?.text !== undefined ? readUpstreamError(got.text) : undefined;
    const facts = renderFacts(exchange, closing, { error, redact });
    if (exchange.cause === undefined) log.info(facts, 'exchange');
    else log.info({ ...facts, cause: renderCause(exchange.cause, redact) }, 'exchange');
    observer.ended(facts);
    exchange.trace?.end(facts);
    if (mode === 'off') return;
    const { start, answerFields } = exchange;
    const requestFields = isStranger(facts.code) ? cutFields(start.requestFields) : start.requestFields;
    const [asked, answered] = renderFields([requestFields, answerFields ?? []], redact);
    const [requestBody, answerBody] = mode === 'bodies' ? [sent, got] : [];
    keep({
      facts,
      request: { fields: asked, body: requestBody },
      answer: answerFields && { fields: answered, body: answerBody },
    });
    start.replay?.onEnd(facts);
  };

  const openEarly = ({ id, caller, request }: EarlyRefusal): Exchange => {
    observer.opened();
    return new Exchange(capture, {
      id,
      caller,
      method: request?.method ?? '',
      target: request?.url ?? '',
      replay: request && replays.take(request),
      requestFields: request?.rawHeaders ?? [],
    });
  };

  app.decorate('findExchange', (request: Met) => request[REQUEST]?.exchange);
  app.decorate('recordEarlyRefusal', (refusal) => {
    const { error, answer } = refusal;
    const met = (refusal.request as Met | undefined)?.[REQUEST];
    const exchange = met?.exchange ?? openEarly(refusal);
    exchange.answerByItself(error, answer);
    close(exchange, { ending: 'complete', endedAt: now(), endedAtMs: wallClock(), callerName: met?.callerName });
  });
  app.decorateRequest('exchange');
  app.addHook('onRequest', (request, reply, next) => {
    const exchange = open(request);
    request.exchange = exchange;
    (request.raw as Met)[REQUEST] = request;
    observer.opened();
    if (tracing !== undefined) exchange.trace = tracing.open(request.raw, redact(cutTarget(request.originalUrl)));
    reply.raw.once('close', () => {
      const ending = readEnding(exchange, reply);
      close(exchange, { ending, endedAt: now(), endedAtMs: wallClock(), callerName: request.callerName });
    });
    next();
  });
  app.addHook('onClose', async () => {
    await Promise.all(decoding);
  });
  done();
});

function readEnding({ truncated }: Exchange, { raw }: FastifyReply): Closing['ending'] {
  if (truncated) return 'truncated';
  return raw.writableFinished ? 'complete' : 'cancelled';
}
