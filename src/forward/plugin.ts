import type { IncomingMessage } from 'node:http';
import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { ListenerConfig } from '../config/config.ts';
import { FORWARDED_METHODS } from '../http/methods.ts';
import type { Encodings } from '../secrets/encodings.ts';
import type { Upstream } from './dispatcher.ts';
import { createEchoMask } from './echo.ts';
import { requestFields } from './headers.ts';
import { inTurn } from './interim.ts';
import { createLinkMap } from './links.ts';
import { Relay } from './relay.ts';
import { requestBody } from './request-body.ts';

export interface ForwardOptions {
  readonly upstream: Upstream;
  /** The upstream's origin, e.g. `https://app.mk.io`. */
  readonly origin: string;
  readonly listener: ListenerConfig;
  readonly maskTokens: (text: string) => string;
  readonly encodings: Encodings;
}

/** Blocks `reply.from`, which by default neither verifies TLS nor keeps to the judged target. */
const NO_OTHER_WAY = {
  request: (): never => {
    throw new Error('only the dispatcher reaches the upstream');
  },
};

/** Forwards requests that passed every hook, through @fastify/http-proxy with our own handler. */
export const forward = fp<ForwardOptions>(async (app: FastifyInstance, options) => {
  const { upstream, origin, listener, maskTokens, encodings } = options;
  const links = createLinkMap(origin);

  // @fastify/http-proxy does not close a given dispatcher.
  app.addHook('onClose', () => upstream.destroy());
  // Bodies are opaque streams: Fastify does not read or check the body of a bodyless method.
  for (const method of FORWARDED_METHODS) app.addHttpMethod(method, { hasBody: false, overrideExisting: true });

  const handler = (request: FastifyRequest, reply: FastifyReply): void => {
    const { raw, target, exchange } = request;
    if (target === undefined || exchange === undefined) throw new Error('a request reached forwarding unjudged');
    const base = `http://${target.authority}`;
    const body = requestBody(raw, {
      upstreamSocket: () => relay.upstreamSocket,
      maxBytes: listener.maxBodyBytes,
      idleTimeoutMs: listener.callerTimeoutMs,
      onIdle: (error) => relay.abort(error),
      onChunk: (chunk) => exchange.passRequest(chunk),
      onEnd: () => exchange.endRequest(),
    });
    if (body !== null && awaitsContinue(raw)) inTurn(reply.raw, () => reply.raw.writeContinue());

    const relay = new Relay({
      upstream,
      request: {
        method: request.method,
        path: target.path + target.query,
        fields: requestFields(raw.rawHeaders, raw.headers.connection, listener.forwardHeaders),
        body,
      },
      exchange,
      raw,
      answer: reply.raw,
      passes: {
        mapLink: (link) => links.mapLink(link, base),
        maskTokens,
        requestId: exchange.id,
        own: reply.getHeaders(),
      },
      createMapper: listener.rewriteLinks ? () => links.createBodyMapper(base) : undefined,
      createMask: () => createEchoMask(encodings),
      onAnswer: () => void reply.hijack(),
      onFailure: (failure) => void reply.send(failure),
    });
    relay.start();
  };

  await app.register(httpProxy, {
    upstream: origin,
    httpMethods: [...FORWARDED_METHODS],
    routes: ['/'],
    handler,
    undici: NO_OTHER_WAY,
  });
});

/** Whether the caller waits for 100 Continue before it sends its body (RFC 9110 §10.1.1). */
function awaitsContinue({ headers, httpVersionMinor }: IncomingMessage): boolean {
  return headers.expect !== undefined && httpVersionMinor > 0;
}
