import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RedisConfig } from '../config/config.ts';
import { readReason } from '../errors.ts';

/** A request waits for its count no longer than this. */
const COMMAND_LIMIT_MS = 500;
const CONNECT_LIMIT_MS = 1_000;
const MAX_PAUSE_MS = 2_000;

export interface RedisConnection {
  readonly redis: Redis;
  /** Why a command failed; where there was no connection for it, why there is none. */
  readonly readFailure: (error: unknown) => string;
}

/** Connects, tries for a second before it resolves, and goes on trying whenever the connection is lost. */
export async function connectRedis({ url }: RedisConfig): Promise<RedisConnection> {
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_LIMIT_MS,
    commandTimeout: COMMAND_LIMIT_MS,
    // Nothing waits for a connection: whoever counts has to know at once that it can't.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, MAX_PAUSE_MS),
  });
  let lost: unknown;
  // Whoever counts tells of it.
  redis.on('error', (error) => (lost = error));
  // A Redis that ends closes its connections without a word.
  redis.on('close', () => (lost ??= { code: 'connection closed' }));
  redis.on('ready', () => (lost = undefined));
  // A Redis that hangs takes several of its limits until it is known to.
  await Promise.race([redis.connect().catch(() => undefined), setTimeout(CONNECT_LIMIT_MS, undefined, { ref: false })]);
  return { redis, readFailure: (error) => readRedisReason(lost ?? error) };
}

/** Redis begins its messages with a code, such as `WRONGPASS`; the rest may quote what was sent. */
function readRedisReason(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (/\b(?:timed out|ETIMEDOUT)$/.test(message)) return 'ETIMEDOUT';
  return /^[A-Z]{2,}(?= )/.exec(message)?.[0] ?? readReason(error);
}
