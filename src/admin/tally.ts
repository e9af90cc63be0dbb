import { FORWARDED_METHODS } from '../http/methods.ts';
import type { Histogram } from './histogram.ts';
import { createHistogram, observe } from './histogram.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';

/** Exchanges of one documented operation, or of all undocumented ones. */
export interface OperationTally {
  /** Seconds from the request's head to the end. */
  readonly duration: Histogram;
  /** Seconds from an open connection to the head of MK.IO's answer. */
  readonly upstreamTime: Histogram;
  /** By method, status class and answerer: `GET 2xx upstream`. */
  readonly exchanges: Map<string, number>;
  requestBytes: number;
  responseBytes: number;
  retries: number;
}

/** Counts since the start. */
export interface Tally {
  readonly count: (exchange: ExchangeFacts) => void;
  /** By operation id, `other` for undocumented ones, so callers cannot add entries without limit. */
  readonly operations: ReadonlyMap<string, OperationTally>;
  /** By the proxy's own error code. */
  readonly ownErrors: ReadonlyMap<string, number>;
  /** `truncated` and `cancelled`. */
  readonly endings: ReadonlyMap<string, number>;
}

export const NO_OPERATION = 'other';
/** In seconds: from local answers to uploads of minutes. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];
const METHODS = new Set<string>(FORWARDED_METHODS);

export function createTally(): Tally {
  const operations = new Map<string, OperationTally>();
  const ownErrors = new Map<string, number>();
  const endings = new Map<string, number>();

  const tallyOf = (operation: string): OperationTally => {
    const known = operations.get(operation);
    if (known !== undefined) return known;
    const tally = {
      duration: createHistogram(BOUNDS),
      upstreamTime: createHistogram(BOUNDS),
      exchanges: new Map<string, number>(),
      requestBytes: 0,
      responseBytes: 0,
      retries: 0,
    };
    operations.set(operation, tally);
    return tally;
  };

  return {
    operations,
    ownErrors,
    endings,
    count: (exchange) => {
      const { operation = NO_OPERATION, method, status, answeredBy = 'nobody', code, ending } = exchange;
      const tally = tallyOf(operation);
      observe(tally.duration, exchange.ms / 1_000);
      if (exchange.firstByteMs !== undefined)
        observe(tally.upstreamTime, (exchange.firstByteMs - (exchange.connectedMs ?? 0)) / 1_000);
      increase(tally.exchanges, `${METHODS.has(method) ? method : 'OTHER'} ${classOf(status)} ${answeredBy}`);
      tally.requestBytes += exchange.requestBytes ?? 0;
      tally.responseBytes += exchange.bytes;
      tally.retries += exchange.retries ?? 0;
      if (code !== undefined) increase(ownErrors, code);
      if (ending !== 'complete') increase(endings, ending);
    },
  };
}

const classOf = (status: number | undefined): string =>
  status === undefined ? 'none' : (CLASSES[Math.floor(status / 100)] ?? 'none');
const CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'];

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
