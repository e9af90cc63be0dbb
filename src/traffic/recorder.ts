import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Logger } from 'pino';
import type { Ending, Exchange } from './exchange.ts';

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange | undefined;
  }
}

export interface RecorderOptions {
  readonly log: Logger;
  readonly redact: (text: string) => string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Opens an exchange for every request, refused ones too, and writes one log line when it has ended. */
export const recorder = fp<RecorderOptions>((app: FastifyInstance, { log, redact, now }, done) => {
  app.decorateRequest('exchange');
  app.addHook('onRequest', (request, reply, next) => {
    const exchange: Exchange = {
      id: request.id,
      caller: request.raw.socket.remoteAddress,
      method: request.method,
      target: redact(request.originalUrl),
      startedAt: now(),
      status: undefined,
      answeredBy: undefined,
      errorCode: undefined,
      answerBytes: 0,
      retries: 0,
      truncated: false,
      cause: undefined,
    };
    request.exchange = exchange;
    reply.raw.once('close', () => {
      const ending: Ending = exchange.truncated ? 'truncated' : reply.raw.writableFinished ? 'complete' : 'cancelled';
      log.info(
        {
          event: 'exchange',
          id: exchange.id,
          caller: exchange.caller,
          callerName: request.callerName,
          method: exchange.method,
          target: exchange.target,
          status: exchange.status,
          answeredBy: exchange.answeredBy,
          code: exchange.errorCode,
          ending,
          bytes: exchange.answerBytes,
          retries: exchange.retries === 0 ? undefined : exchange.retries,
          cause: renderCause(exchange.cause, redact),
          ms: Math.round((now() - exchange.startedAt) * 10) / 10,
        },
        'exchange',
      );
    });
    next();
  });
  done();
});

/** What the log tells of a cause: never its further fields, which may quote what was sent. */
function renderCause(cause: unknown, redact: (text: string) => string): object | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { name, message, stack } = cause;
  const code = 'code' in cause ? redact(String(cause.code)) : undefined;
  return { type: name, code, message: redact(message), stack: stack === undefined ? undefined : redact(stack) };
}
