import type { FastifyPluginCallback } from 'fastify';
import type { Registry } from 'prom-client';
import type { TokenStatus } from '../token/store.ts';
import type { Histogram } from './histogram.ts';
import type { Observations } from './observations.ts';
import { textual } from './schemas.ts';
import type { OperationTally } from './tally.ts';

const METRICS_SCHEMA = {
  summary: 'What is counted, for Prometheus',
  response: { 200: textual('Text format 0.0.4 of Prometheus.', 'text/plain') },
};

export interface MetricsOptions {
  readonly observations: Observations;
  readonly token: () => TokenStatus;
  readonly version: string;
  readonly isReady: () => boolean;
  /** Open connections to MK.IO. */
  readonly upstreamConnections: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Only if it differs from the metric's own name: `…_bucket`. */
  readonly metricName?: string;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly read: (options: MetricsOptions) => readonly Value[];
}

const one = (value: number): readonly Value[] => [{ labels: {}, value }];

/** Label values come only from the operation catalogue and from tables in this code, so callers cannot add series. */
const METRICS: readonly Metric[] = [
  {
    name: 'mkio_proxy_info',
    help: 'The version that runs.',
    type: 'gauge',
    read: ({ version }) => [{ labels: { version }, value: 1 }],
  },
  {
    name: 'mkio_proxy_ready',
    help: 'Whether /readyz answers 200.',
    type: 'gauge',
    read: ({ isReady }) => one(Number(isReady())),
  },
  {
    name: 'mkio_proxy_exchanges_total',
    help: 'Exchanges that have ended, by operation, method, class of the status and who answered.',
    type: 'counter',
    read: ({ observations }) =>
      ofOperations(observations, (operation, { exchanges }) =>
        [...exchanges].map(([key, value]) => {
          const [method = '', status = '', answered_by = ''] = key.split(' ');
          return { labels: { operation, method, status, answered_by }, value };
        }),
      ),
  },
  {
    name: 'mkio_proxy_exchange_duration_seconds',
    help: "Time from the arrival of the request's head to the end of the exchange.",
    type: 'histogram',
    read: ({ observations }) =>
      ofOperations(observations, (operation, { duration }) =>
        histogram('mkio_proxy_exchange_duration_seconds', operation, duration),
      ),
  },
  {
    name: 'mkio_proxy_upstream_duration_seconds',
    help: 'Time from a connection to MK.IO at hand to the head of its answer.',
    type: 'histogram',
    read: ({ observations }) =>
      ofOperations(observations, (operation, { upstreamTime }) =>
        histogram('mkio_proxy_upstream_duration_seconds', operation, upstreamTime),
      ),
  },
  {
    name: 'mkio_proxy_request_body_bytes_total',
    help: "Bytes of callers' bodies that were read.",
    type: 'counter',
    read: ({ observations }) =>
      ofOperations(observations, (operation, { requestBytes }) => [{ labels: { operation }, value: requestBytes }]),
  },
  {
    name: 'mkio_proxy_response_body_bytes_total',
    help: "Bytes of answers' bodies, as they came from MK.IO.",
    type: 'counter',
    read: ({ observations }) =>
      ofOperations(observations, (operation, { responseBytes }) => [{ labels: { operation }, value: responseBytes }]),
  },
  {
    name: 'mkio_proxy_retries_total',
    help: 'Requests that were sent again: with another token, or as their connection had died.',
    type: 'counter',
    read: ({ observations }) =>
      ofOperations(observations, (operation, { retries }) => [{ labels: { operation }, value: retries }]),
  },
  {
    name: 'mkio_proxy_endings_total',
    help: 'Exchanges that did not end whole: truncated by MK.IO, or cancelled by their caller or the limit of a drain.',
    type: 'counter',
    read: ({ observations: { tally } }) =>
      ['truncated', 'cancelled'].map((ending) => ({ labels: { ending }, value: tally.endings.get(ending) ?? 0 })),
  },
  {
    name: 'mkio_proxy_own_errors_total',
    help: "Refusals and failures: the proxy's own answers, by their code.",
    type: 'counter',
    read: ({ observations: { tally } }) => [...tally.ownErrors].map(([code, value]) => ({ labels: { code }, value })),
  },
  {
    name: 'mkio_proxy_exchanges_in_flight',
    help: 'Exchanges that have begun and not ended.',
    type: 'gauge',
    read: ({ observations }) => one(observations.inFlight()),
  },
  {
    name: 'mkio_proxy_upstream_connections',
    help: 'Open connections to MK.IO.',
    type: 'gauge',
    read: ({ upstreamConnections }) => one(upstreamConnections()),
  },
  {
    name: 'mkio_proxy_upstream_up',
    help: 'Whether MK.IO answered the last time it was asked; absent before the first time.',
    type: 'gauge',
    read: ({ observations }) => {
      const { state } = observations.upstream.read();
      return state === 'unknown' ? [] : one(Number(state === 'reachable'));
    },
  },
  {
    name: 'mkio_proxy_upstream_last_seen_timestamp_seconds',
    help: 'When that was, in seconds since 1970.',
    type: 'gauge',
    read: ({ observations }) => {
      const { lastAnswer, lastFailure } = observations.upstream.read();
      const atMs = Math.max(lastAnswer?.atMs ?? 0, lastFailure?.atMs ?? 0);
      return atMs === 0 ? [] : one(atMs / 1_000);
    },
  },
  {
    name: 'mkio_proxy_token_expiry_seconds',
    help: 'Time until the token in use expires, by the kind of its source; absent where nothing tells.',
    type: 'gauge',
    read: ({ token, now }) => {
      const { expiresAtMs, kind: source } = token();
      return expiresAtMs === undefined ? [] : [{ labels: { source }, value: (expiresAtMs - now()) / 1_000 }];
    },
  },
  {
    name: 'mkio_proxy_token_state',
    help: '1 for the state that the token is in.',
    type: 'gauge',
    read: ({ token }) => [{ labels: { state: token().state }, value: 1 }],
  },
  {
    name: 'mkio_proxy_token_reloads_total',
    help: 'How often the source gave another token.',
    type: 'counter',
    read: ({ token }) => one(token().reloads),
  },
  {
    name: 'mkio_proxy_token_failures_total',
    help: "How often the token's source could not be read.",
    type: 'counter',
    read: ({ token }) => one(token().failures),
  },
  {
    name: 'mkio_proxy_token_unauthorized_total',
    help: 'Answers of 401 to a request with a token of this process.',
    type: 'counter',
    read: ({ token }) => one(token().unauthorized),
  },
  {
    name: 'mkio_proxy_project_requests_per_minute',
    help: 'Requests that reached MK.IO in the last minute, by project and kind; at most 100 projects.',
    type: 'gauge',
    read: ({ observations }) => ofBudget(observations, ({ reads, writes }) => ({ read: reads, write: writes })),
  },
  {
    name: 'mkio_proxy_project_limit_per_minute',
    help: 'What MK.IO allows a project in a minute.',
    type: 'gauge',
    read: ({ observations }) =>
      ofBudget(observations, ({ maxReads, maxWrites }) => ({ read: maxReads, write: maxWrites })),
  },
];

type BudgetRow = ReturnType<Observations['budget']['read']>[number];

const ofBudget = (
  { budget }: Observations,
  read: (row: BudgetRow) => { readonly read: number; readonly write: number },
): readonly Value[] =>
  budget
    .read()
    .flatMap((row) =>
      Object.entries(read(row)).map(([kind, value]) => ({ labels: { project: row.project ?? '', kind }, value })),
    );

const ofOperations = (
  { tally }: Observations,
  read: (operation: string, tally: OperationTally) => readonly Value[],
): readonly Value[] => [...tally.operations].flatMap(([operation, one]) => read(operation, one));

/** Cumulative, as Prometheus expects. */
function histogram(name: string, operation: string, { bounds, counts, sum }: Histogram): readonly Value[] {
  let count = 0;
  const buckets = counts.map((ofBucket, index) => {
    count += ofBucket;
    return { metricName: `${name}_bucket`, labels: { operation, le: bounds[index] ?? '+Inf' }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { operation }, value: sum },
    { metricName: `${name}_count`, labels: { operation }, value: count },
  ];
}

/** `GET /metrics`; prom-client is loaded by the first scrape. */
export const metricsRoute: FastifyPluginCallback<MetricsOptions> = (app, options, done) => {
  let metrics: Promise<Metrics> | undefined;
  app.get('/metrics', { schema: METRICS_SCHEMA }, async (_request, reply) => {
    const { contentType, render } = await (metrics ??= createMetrics(options));
    return reply.type(contentType).send(await render());
  });
  done();
};

interface Metrics {
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

/** Values are read on each scrape: the path of a request does not involve prom-client. */
async function createMetrics(options: MetricsOptions): Promise<Metrics> {
  const { collectDefaultMetrics, Registry: PrometheusRegistry } = await import('prom-client');
  const registry: Registry = new PrometheusRegistry();
  collectDefaultMetrics({ register: registry });
  for (const { read, ...metric } of METRICS) {
    const get = () => Promise.resolve({ ...metric, aggregator: 'sum', values: read(options) });
    // The registry uses only the name and `get` of a metric.
    registry.registerMetric({ ...metric, get } as unknown as Parameters<Registry['registerMetric']>[0]);
  }
  return { contentType: registry.contentType, render: () => registry.metrics() };
}
