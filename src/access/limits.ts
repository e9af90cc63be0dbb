import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Logger } from 'pino';
import type { AccessConfig } from '../config/config.ts';
import { ProxyError } from '../errors.ts';
import { createBoundedNames } from './bounded-names.ts';
import { MKIO_LIMITS } from '../mkio/limits.ts';
import type { CounterOptions, Counter } from './counters.ts';
import { READS } from '../http/methods.ts';
import { readFoldedProject } from '../policy/catalogue.ts';

export interface LimitsOptions extends AccessConfig {
  /** Masks secrets, because Redis keys contain text of callers. */
  readonly redact: (text: string) => string;
  readonly log: Logger;
}

/**
 * Limits each caller's requests per minute and running exchanges, and the requests of all callers together to a share of MK.IO's
 * limits. Each limit is off unless set.
 */
export const limits = fp<LimitsOptions>(async (app: FastifyInstance, options) => {
  const { rateLimit, maxExchanges, budgetShare, redis, redact, log } = options;
  if (maxExchanges !== undefined) limitExchanges(app, maxExchanges);
  if (rateLimit === undefined && budgetShare === undefined) return;
  const { createCounters } = await import('./counters.ts');
  const createCounter = await createCounters(app, { redis, log });
  if (rateLimit !== undefined) await limitCallers(app, createCounter, rateLimit);
  if (budgetShare !== undefined) await limitAll(app, createCounter, { share: budgetShare, redact });
});

/** Far more than an organization has. */
const MAX_PROJECTS = 1_000;

type CreateCounter = (options: CounterOptions) => Promise<Counter>;

function limitExchanges(app: FastifyInstance, max: number): void {
  const running = new Map<string, number>();
  app.addHook('onRequest', (request, reply, next) => {
    const caller = callerOf(request);
    const count = running.get(caller) ?? 0;
    if (count >= max) throw limited(`This caller has ${max} exchanges under way.`, 1);
    running.set(caller, count + 1);
    reply.raw.once('close', () => {
      const left = (running.get(caller) ?? 0) - 1;
      if (left > 0) running.set(caller, left);
      else running.delete(caller);
    });
    next();
  });
}

async function limitCallers(app: FastifyInstance, createCounter: CreateCounter, max: number): Promise<void> {
  const count = await createCounter({ name: 'caller', max: () => max, keyOf: callerOf });
  app.addHook('onRequest', async (request, reply) => {
    const counted = await count(request);
    if (counted === undefined) return;
    const { remaining, resetSeconds, isExceeded } = counted;
    // draft-ietf-httpapi-ratelimit-headers-07
    void reply.headers({ 'ratelimit-limit': max, 'ratelimit-remaining': remaining, 'ratelimit-reset': resetSeconds });
    if (isExceeded) throw limited(`This caller sent more than ${max} requests in a minute.`, resetSeconds);
  });
}

/** Counts like MK.IO: reads and writes apart, per project, or for the organization if the path has no project. */
async function limitAll(
  app: FastifyInstance,
  createCounter: CreateCounter,
  { share, redact }: Pick<LimitsOptions, 'redact'> & { readonly share: number },
): Promise<void> {
  const kindOf = ({ method }: FastifyRequest) => (READS.has(method) ? READING : WRITING);
  const nameOf = createBoundedNames(MAX_PROJECTS, () => performance.now());
  const count = await createCounter({
    name: 'budget',
    max: (request) => Math.max(1, Math.floor(kindOf(request).max * share)),
    // MK.IO may treat all encodings of a name as one project.
    keyOf: (request) =>
      `${kindOf(request).name} ${nameOf(readFoldedProject(redact(request.target?.path ?? '')) ?? '')}`,
  });
  app.addHook('onRequest', async (request) => {
    const counted = await count(request);
    if (counted?.isExceeded !== true) return;
    const { name, max } = kindOf(request);
    const allowed = `${max} ${name} a minute, of which callers of this proxy may make ${counted.max}`;
    throw limited(`MK.IO allows ${allowed}; these are used up.`, counted.resetSeconds, BUDGET_HINT);
  });
  // Retries have already reached MK.IO, so they count even above the limit.
  app.addHook('onResponse', async (request) => {
    const { retries = 0 } = request.exchange ?? {};
    for (let retry = 0; retry < retries; retry++) await count(request).catch(() => undefined);
  });
}

const READING = { name: 'reads', max: MKIO_LIMITS.maxReads };
const WRITING = { name: 'writes', max: MKIO_LIMITS.maxWrites };
const BUDGET_HINT =
  'Wait as long as Retry-After says, and ask less often; the operator can raise MKIO_PROXY_BUDGET up to what MK.IO allows.';

/** A caller with a key is one caller at any address; the others are distinguished by address. */
function callerOf({ callerName, raw }: FastifyRequest): string {
  return callerName === undefined ? `address ${raw.socket.remoteAddress ?? 'unix'}` : `name ${callerName}`;
}

function limited(message: string, retrySeconds: number, hint?: string): ProxyError {
  const headers = { 'retry-after': String(retrySeconds) };
  return new ProxyError('RATE_LIMITED', message, { headers, ...(hint !== undefined && { hint }) });
}
