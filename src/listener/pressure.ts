import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { ProxyError } from '../errors.ts';
import type { Pressure, PressureReadings } from './pressure-sampler.ts';
import { createPressureSampler } from './pressure-sampler.ts';

export interface PressureOptions {
  /** Limit of the mean event-loop lag in each of two seconds; undefined: no limit. */
  readonly maxStallMs: number | undefined;
  /** Limit of heap and buffers; undefined: no limit. */
  readonly maxMemoryBytes: number | 'auto' | undefined;
  /** Memory limit of the container; undefined: no limit. */
  readonly containerBytes: number | undefined;
  /** Default: readings of this process. */
  readonly readings?: PressureReadings;
}

const SAMPLE_MS = 1_000;
const LAG_RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** Answers 503 while the process cannot keep up, so that work does not pile up. */
export const pressure = fp<PressureOptions>((app: FastifyInstance, options, ready) => {
  const { maxStallMs: maxLagMs = Infinity, maxMemoryBytes = Infinity, containerBytes } = options;
  const maxUsedBytes = maxMemoryBytes === 'auto' ? readDefaultBytes(containerBytes) : maxMemoryBytes;
  if (maxLagMs === Infinity && maxUsedBytes === Infinity) {
    ready();
    return;
  }
  const sampler = createPressureSampler(options.readings ?? readProcess(), { maxLagMs, maxUsedBytes });
  sampler.sample();
  const timer = setInterval(sampler.sample, SAMPLE_MS).unref();
  app.addHook('onClose', () => clearInterval(timer));
  app.addHook('onRequest', (_request, _reply, next) => {
    const found = sampler.read();
    next(found && busy(found));
  });
  ready();
});

/** Two thirds of the limit: the rest is for the program itself and for garbage. */
function readDefaultBytes(containerBytes = Infinity): number {
  return (Math.min(containerBytes, getHeapStatistics().heap_size_limit) * 2) / 3;
}

/** V8's figures need no file descriptor; Node's memoryUsage() reads /proc, and throws EMFILE if none is left. */
function readProcess(): PressureReadings {
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  return {
    readLagMs: () => {
      const meanMs = lag.mean / NS_PER_MS - LAG_RESOLUTION_MS;
      lag.reset();
      return meanMs;
    },
    readUsedBytes: () => {
      const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics();
      return heap + buffers;
    },
    collectGarbage: exposeCollector(),
  };
}

/** V8 exposes its collector only to contexts created after the flag is set. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

const LACKS = {
  lag: { detail: 'is too slow just now to take more', give: 'CPU', setting: 'MKIO_PROXY_MAX_STALL' },
  memory: { detail: 'has no memory just now to take more', give: 'memory', setting: 'MKIO_PROXY_MAX_MEMORY' },
} as const satisfies Record<Pressure, object>;

function busy(lack: Pressure): ProxyError {
  const { detail, give, setting } = LACKS[lack];
  return new ProxyError('BUSY', `The proxy ${detail}.`, {
    hint: `Try again shortly. The operator can give it more ${give} or replicas, or raise ${setting}.`,
    proxyStatus: 'http_request_denied',
    headers: { 'retry-after': String(SAMPLE_MS / 1_000) },
  });
}
