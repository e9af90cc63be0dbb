import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RedisConfig } from '../config/config.ts';
import { readReason } from '../errors.ts';

/** The longest that a request waits for its count. */
const COMMAND_LIMIT_MS = 500;
const CONNECT_LIMIT_MS = 1_000;
const MAX_PAUSE_MS = 2_000;

export interface RedisConnection {
  readonly redis: Redis;
  /** The reason of a failed command or connection. */
  readonly readFailure: (error: unknown) => string;
}

/** Resolves when connected, or after a second. Reconnects whenever the connection is lost. */
export async function connectRedis({ url }: RedisConfig): Promise<RedisConnection> {
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_LIMIT_MS,
    commandTimeout: COMMAND_LIMIT_MS,
    // A count must fail at once instead of waiting for a connection.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, MAX_PAUSE_MS),
  });
  let lost: unknown;
  // The counters log it.
  redis.on('error', (error) => (lost = error));
  // A Redis that shuts down closes its connections without an error.
  redis.on('close', () => (lost ??= { code: 'connection closed' }));
  redis.on('ready', () => (lost = undefined));
  // With a Redis that hangs, `connect` rejects only after several timeouts.
  await Promise.race([redis.connect().catch(() => undefined), setTimeout(CONNECT_LIMIT_MS, undefined, { ref: false })]);
  return { redis, readFailure: (error) => readRedisReason(lost ?? error) };
}

/** Error messages of Redis begin with a code such as `WRONGPASS`; the rest may quote secrets. */
function readRedisReason(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (/\b(?:timed out|ETIMEDOUT)$/.test(message)) return 'ETIMEDOUT';
  return /^[A-Z]{2,}(?= )/.exec(message)?.[0] ?? readReason(error);
}
