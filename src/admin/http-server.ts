import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { Logger } from 'pino';
import { asProxyError, ProxyError, renderError } from '../errors.ts';
import { createListenerAnswers } from '../listener/answers.ts';
import { httpVersion } from '../listener/http-version.ts';
import type { Redact } from '../secrets/redact.ts';
import { renderCause } from '../traffic/cause.ts';

export interface AdminServerOptions {
  readonly maxHeaderBytes: number;
  readonly redact: Redact;
  readonly log: Pick<Logger, 'error'>;
}

const METHODS = {
  headers: { allow: 'GET, HEAD, POST, DELETE' },
  hint: 'GET /openapi.json of the admin listener tells what it has.',
};
/** Answers may quote callers and MK.IO: nothing is cached, sniffed, framed or run. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The server without routes: the form of its errors, its headers, and how it reads bodies. */
export function createAdminServer({ maxHeaderBytes, redact, log }: AdminServerOptions): FastifyInstance {
  const answers = createListenerAnswers({
    // Only requests of callers are exchanges.
    record: () => undefined,
    maxConnections: Infinity,
    idOf: () => randomUUID(),
    methods: METHODS,
  });
  const sendError = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const shown = isTooLarge(error) ? tooLarge(error) : asProxyError(error);
    if (shown.code === 'INTERNAL')
      log.error({ event: 'admin', id: request.id, cause: renderCause(shown.cause, redact) }, 'a fault of the proxy');
    const { status, headers, body } = renderError(shown, request.id);
    void reply.code(status).headers(headers).send(body);
  };
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    // Fastify's own errors quote the path and come before any hook.
    frameworkErrors: (_, request, reply) => {
      sendError(new ProxyError('TARGET_INVALID', 'The path cannot be read.'), request, reply);
    },
    clientErrorHandler: answers.onClientError,
    // Without this, Node itself answers a request without Host.
    http: { requireHostHeader: false, maxHeaderSize: maxHeaderBytes },
  });
  answers.watch(app.server);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler(() => {
    throw new ProxyError('NOT_FORWARDED', 'The admin listener has nothing at this path.', {
      hint: 'GET /openapi.json tells what it has.',
    });
  });
  app.addHook('onRequest', (_request, reply, next) => {
    void reply.headers(HEADERS);
    next();
  });
  void app.register(httpVersion);
  ignoreBodies(app);
  return app;
}

/** A route that reads bodies adds a parser of its own. */
function ignoreBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, body, done) => {
    body.resume();
    done(null);
  });
}

const isTooLarge = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | undefined)?.code === 'FST_ERR_CTP_BODY_TOO_LARGE';

const tooLarge = (cause: unknown): ProxyError =>
  new ProxyError('BODY_TOO_LARGE', 'The body of the request is too large.', { hint: 'Send less.', cause });
