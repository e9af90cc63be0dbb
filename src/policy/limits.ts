import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { AccessConfig } from '../config/config.ts';
import { ProxyError } from '../errors.ts';

const MINUTE_MS = 60_000;
const MAX_CALLERS = 5_000;

/** Keeps one caller from taking all: so many requests a minute, and so many exchanges at a time. Both are off unless set. */
export const limits = fp<AccessConfig>(async (app: FastifyInstance, { rateLimit, maxExchanges }) => {
  if (maxExchanges !== undefined) limitExchanges(app, maxExchanges);
  if (rateLimit === undefined) return;
  const { default: rateLimiter } = await import('@fastify/rate-limit');
  await app.register(rateLimiter, {
    max: rateLimit,
    timeWindow: MINUTE_MS,
    cache: MAX_CALLERS,
    enableDraftSpec: true,
    keyGenerator: callerOf,
    errorResponseBuilder: (_, { ttl }) => limited(`This caller sent more than ${rateLimit} requests in a minute.`, ttl),
  });
});

function limitExchanges(app: FastifyInstance, max: number): void {
  const running = new Map<string, number>();
  app.addHook('onRequest', (request, reply, next) => {
    const caller = callerOf(request);
    const count = running.get(caller) ?? 0;
    if (count >= max) throw limited(`This caller has ${max} exchanges under way.`, 1000);
    running.set(caller, count + 1);
    reply.raw.once('close', () => {
      const left = (running.get(caller) ?? 0) - 1;
      if (left > 0) running.set(caller, left);
      else running.delete(caller);
    });
    next();
  });
}

/** Whoever has a key is one caller wherever it calls from; the others are told apart by their address. */
function callerOf({ callerName, raw }: FastifyRequest): string {
  return callerName === undefined ? `address ${raw.socket.remoteAddress ?? 'unix'}` : `name ${callerName}`;
}

function limited(message: string, ttlMs: number): ProxyError {
  return new ProxyError('RATE_LIMITED', message, { headers: { 'retry-after': String(Math.ceil(ttlMs / 1000)) } });
}
