import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { ProxyError } from '../errors.ts';

export interface PressureOptions {
  /** Of the event loop, the mean of each of two seconds; undefined: no limit. */
  readonly maxStallMs: number | undefined;
  /** Of heap and buffers; undefined: no limit. */
  readonly maxMemoryBytes: number | 'auto' | undefined;
  /** What the container may take; undefined: nothing bounds it. */
  readonly containerBytes: number | undefined;
}

/** How often both are looked at, and so how soon it may be over. */
const SAMPLE_MS = 1_000;
const RETRY = { 'retry-after': String(SAMPLE_MS / 1_000) };

/** Answers 503 while the process can't keep up, rather than let work pile up. */
export const pressure = fp<PressureOptions>(async (app: FastifyInstance, options) => {
  const { maxStallMs = 0, maxMemoryBytes, containerBytes } = options;
  const maxBytes = maxMemoryBytes === 'auto' ? readDefaultBytes(containerBytes) : maxMemoryBytes;
  if (maxStallMs === 0 && maxBytes === undefined) return;
  const { default: underPressure } = await import('@fastify/under-pressure');
  const collect = exposeCollector();
  const hasMemory = (limit: number): boolean => {
    if (readUsedBytes() <= limit) return true;
    // V8 collects by its own limit, which a container's can be far below: what counts is what is left of it then.
    collect();
    return readUsedBytes() <= limit;
  };
  await app.register(underPressure, {
    sampleInterval: SAMPLE_MS,
    maxEventLoopDelay: maxStallMs,
    ...(maxBytes !== undefined && {
      // Its own limits are of the resident set, which holds the program too, and of the heap without buffers.
      healthCheck: () => Promise.resolve(hasMemory(maxBytes)),
      healthCheckInterval: SAMPLE_MS,
    }),
    pressureHandler: (_request, _reply, type) => {
      if (type === underPressure.TYPE_HEALTH_CHECK) throw outOfMemory();
      if (isStalling()) throw stalled();
    },
  });
  const isStalling = watchStalls(app, maxStallMs);
});

/** Tells of the second stall in a row: a pause of the whole machine is over by the time that it is seen. */
function watchStalls(app: FastifyInstance, limitMs: number): () => boolean {
  let stalls = 0;
  const timer = setInterval(() => {
    stalls = app.memoryUsage().eventLoopDelay > limitMs ? stalls + 1 : 0;
  }, SAMPLE_MS).unref();
  app.addHook('onClose', () => clearInterval(timer));
  return () => stalls > 1;
}

/** Two thirds of what the process may take: some of it is the program's, and some is garbage. */
function readDefaultBytes(containerBytes = Infinity): number {
  return (Math.min(containerBytes, getHeapStatistics().heap_size_limit) * 2) / 3;
}

/** V8 gives its collector to contexts that are made once it is told to. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function readUsedBytes(): number {
  const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics();
  return heap + buffers;
}

const stalled = (): ProxyError =>
  new ProxyError('BUSY', 'The proxy is too slow just now to take more.', {
    hint: 'Try again shortly. The operator can give it more CPU or replicas, or raise MKIO_PROXY_MAX_STALL.',
    proxyStatus: 'http_request_denied',
    headers: RETRY,
  });

const outOfMemory = (): ProxyError =>
  new ProxyError('BUSY', 'The proxy has no memory just now to take more.', {
    hint: 'Try again shortly. The operator can give it more memory or replicas, or raise MKIO_PROXY_MAX_MEMORY.',
    proxyStatus: 'http_request_denied',
    headers: RETRY,
  });
