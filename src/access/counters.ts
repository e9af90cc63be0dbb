import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RedisConfig } from '../config/config.ts';
import { ProxyError } from '../errors.ts';
import { connectRedis } from './redis.ts';

const MINUTE_MS = 60_000;
/** Bounds the counters in memory; the least recently used are dropped first. */
const MAX_KEYS = 5_000;
/** Pause after a failure of Redis. */
const PAUSE_MS = 1_000;

export interface Count {
  readonly max: number;
  readonly remaining: number;
  /** Seconds until the minute ends. */
  readonly resetSeconds: number;
  readonly isExceeded: boolean;
}

/**
 * Counts a request. The minute starts with the first request of its key.
 *
 * @returns undefined if Redis cannot count and the request may pass
 * @throws ProxyError BUSY (503) if Redis cannot count and the request must not pass
 */
export type Counter = (request: FastifyRequest) => Promise<Count | undefined>;

export interface CounterOptions {
  /** Part of the Redis keys. */
  readonly name: string;
  readonly max: (request: FastifyRequest) => number;
  readonly keyOf: (request: FastifyRequest) => string;
}

export interface CountersOptions {
  /** Shared with other proxies; undefined: in memory. */
  readonly redis: RedisConfig | undefined;
  readonly log: Logger;
}

/** Creates counters in memory or in Redis. */
export async function createCounters(
  app: FastifyInstance,
  { redis: config, log }: CountersOptions,
): Promise<(options: CounterOptions) => Promise<Counter>> {
  const connection = config && (await connectRedis(config));
  if (connection !== undefined) app.addHook('onClose', () => connection.redis.disconnect());
  const failOpen = config?.failOpen ?? false;
  let failing = false;
  let quietUntilMs = -Infinity;

  const refuseUnlessOpen = (cause?: unknown): void => {
    if (failOpen) return;
    throw new ProxyError('BUSY', 'The proxy cannot count requests just now.', { ...UNCOUNTED, cause });
  };
  const fail = (error: unknown): void => {
    quietUntilMs = performance.now() + PAUSE_MS;
    const outcome = failOpen ? 'requests pass uncounted' : 'requests are answered 503';
    if (!failing) log.warn({ event: 'redis', reason: connection?.readFailure(error) }, `Redis can't count: ${outcome}`);
    failing = true;
    refuseUnlessOpen(error);
  };
  const succeed = (): void => {
    if (!failing) return;
    failing = false;
    quietUntilMs = -Infinity;
    log.info({ event: 'redis' }, 'Redis counts again');
  };
  return async (options) => {
    const count = await register(app, options, connection?.redis);
    return async (request) => {
      // While Redis hangs, one request per second tries it; the others do not wait.
      if (performance.now() < quietUntilMs) {
        refuseUnlessOpen();
        return undefined;
      }
      if (failing) quietUntilMs = performance.now() + PAUSE_MS;
      const counted = await count(request).catch(fail);
      if (counted === undefined || counted.isAllowed) return undefined;
      succeed();
      return { ...counted, resetSeconds: counted.ttlInSeconds };
    };
  };
}

const UNCOUNTED = {
  hint: 'Try again shortly. The operator can look after the Redis of MKIO_PROXY_REDIS_URL, or let requests pass by MKIO_PROXY_REDIS_FAILURE=open.',
  proxyStatus: 'http_request_denied',
  headers: { 'retry-after': '1' },
};

/** @fastify/rate-limit has one counter per Fastify context. */
async function register(
  app: FastifyInstance,
  { name, max, keyOf }: CounterOptions,
  redis: Redis | undefined,
): Promise<ReturnType<FastifyInstance['createRateLimit']>> {
  const { default: rateLimit } = await import('@fastify/rate-limit');
  const shared = redis === undefined ? { cache: MAX_KEYS } : { redis, nameSpace: `mkio-proxy:${name}:` };
  let created: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  await app.register(async (own) => {
    await own.register(rateLimit, { global: false, max, timeWindow: MINUTE_MS, keyGenerator: keyOf, ...shared });
    created = own.createRateLimit();
  });
  if (created === undefined) throw new Error('@fastify/rate-limit was not registered');
  return created;
}
