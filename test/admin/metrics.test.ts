import { describe, expect, test } from 'vitest';
import { createTally } from '../../src/admin/tally.ts';
import { OPERATIONS } from '../../src/mkio/operations.ts';
import type { ExchangeFacts } from '../../src/traffic/facts.ts';
import { readMetrics } from '../support/metrics.ts';
import type { TestProxyOptions } from '../support/proxy.ts';
import { call, startTestProxy, TOKEN } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const ASSETS = '/api/v1/projects/demo/media/assets';
const admin = { host: '127.0.0.1', port: 0 };
const start = (options: TestProxyOptions) => startTestProxy({ admin, ...options });

describe('GET /metrics', () => {
  test('counts exchanges by operation, method, status class and answerer, never by path', async () => {
    const upstream = await startUpstream((request, response) => {
      request.resume().on('end', () => response.writeHead(request.method === 'PUT' ? 500 : 200).end('12345'));
    });
    const proxy = await start(upstream);
    await call(proxy, ASSETS);
    await call(proxy, `${ASSETS}?$top=1`);
    await call(proxy, `${ASSETS}/secret-name`, { method: 'PUT', body: '123' });
    await call(proxy, '/api/v1/user/tokens', { method: 'POST' });
    await call(proxy, '/api/v1/undocumented/path');
    await proxy.exchange(4);

    const { value, text } = await readMetrics(proxy.admin);

    const total = 'mkio_proxy_exchanges_total';
    expect(
      value(total, { operation: 'media.assets.list', method: 'GET', status: '2xx', answered_by: 'upstream' }),
    ).toBe(2);
    expect(value(total, { operation: 'media.assets.put', method: 'PUT', status: '5xx', answered_by: 'upstream' })).toBe(
      1,
    );
    expect(value(total, { operation: 'management.user.tokens.create', status: '4xx', answered_by: 'refusal' })).toBe(1);
    expect(value(total, { operation: 'other' })).toBe(1);
    expect(value('mkio_proxy_own_errors_total', { code: 'OPERATION_REFUSED' })).toBe(1);
    expect(value('mkio_proxy_request_body_bytes_total', { operation: 'media.assets.put' })).toBe(3);
    expect(value('mkio_proxy_response_body_bytes_total', { operation: 'media.assets.list' })).toBe(10);
    expect(value('mkio_proxy_exchange_duration_seconds_count', { operation: 'media.assets.list' })).toBe(2);
    expect(value('mkio_proxy_exchange_duration_seconds_bucket', { operation: 'media.assets.list', le: '+Inf' })).toBe(
      2,
    );
    expect(value('mkio_proxy_upstream_duration_seconds_count', { operation: 'media.assets.list' })).toBe(2);
    expect(value('mkio_proxy_project_requests_per_minute', { project: 'demo', kind: 'read' })).toBe(2);
    expect(value('mkio_proxy_project_limit_per_minute', { project: 'demo', kind: 'write' })).toBe(1_000);
    expect(value('mkio_proxy_upstream_connections', {})).toBeGreaterThan(0);
    expect(value('mkio_proxy_upstream_up', {})).toBe(1);
    expect(Date.now() / 1_000 - (value('mkio_proxy_upstream_last_seen_timestamp_seconds', {}) ?? 0)).toBeLessThan(60);
    expect(value('mkio_proxy_ready', {})).toBe(1);
    expect(value('nodejs_eventloop_lag_p99_seconds', {})).toBeDefined();
    expect(value('process_resident_memory_bytes', {})).toBeGreaterThan(1_000_000);
    expect(text).not.toContain('secret-name');
    expect(text).not.toContain('undocumented');
  });

  test('reports the token, and exchanges that did not complete', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await start(upstream);
    const caller = await openRaw(proxy.port);
    caller.write(`GET ${ASSETS} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await upstream.next();
    expect((await readMetrics(proxy.admin)).value('mkio_proxy_exchanges_in_flight', {})).toBe(1);
    caller.leave();
    await proxy.exchange();
    const cut = call(proxy, ASSETS).catch(() => undefined);
    const { response } = await upstream.next();
    response.writeHead(200, { 'content-length': 9 }).write('a', () => response.destroy());
    await cut;
    await proxy.exchange(1);
    const unauthorized = call(proxy, ASSETS);
    (await upstream.next()).response.writeHead(401).end();
    await unauthorized;

    const { value } = await readMetrics(proxy.admin);

    expect(value('mkio_proxy_endings_total', { ending: 'cancelled' })).toBe(1);
    expect(value('mkio_proxy_endings_total', { ending: 'truncated' })).toBe(1);
    expect(value('mkio_proxy_token_unauthorized_total', {})).toBe(1);
    expect(value('mkio_proxy_token_state', { state: 'ok' })).toBe(1);
    expect(value('mkio_proxy_token_reloads_total', {})).toBe(0);
  });
});

test("a credential helper's token has its own label, because it is replaced before it expires", async () => {
  const status = { state: 'ok', kind: 'command', expiresAtMs: Date.now() + 3_600_000 } as const;
  const proxy = await start({ ...(await startUpstream()), token: { status: () => status as never } });
  const { value } = await readMetrics(proxy.admin);
  expect(value('mkio_proxy_token_expiry_seconds', { source: 'command' })).toBeGreaterThan(3_500);
});

test.each(['/metrics', '/statusz', '/exchanges'])(
  'a token that a caller writes in the place of a project is not in %s',
  async (path) => {
    const proxy = await start({ ...(await startUpstream()), capture: { mode: 'headers' } });
    await call(proxy, `/api/v1/projects/${TOKEN}/media/assets`);
    await proxy.exchange();

    const told = await (await fetch(`${proxy.admin}${path}`)).text();

    expect(told).toContain('[redacted]');
    expect(told).not.toContain(TOKEN);
  },
);

test('callers cannot add series: their number is bounded by operations, methods and classes', () => {
  const tally = createTally();
  const known = OPERATIONS[0]?.id;
  for (let i = 0; i < 20_000; i++) {
    const made = { method: `M${i}`, status: 100 + (i % 900), operation: i % 2 === 0 ? undefined : known };
    tally.count({ ...made, answeredBy: 'upstream', ending: 'complete', ms: i, bytes: 1 } as unknown as ExchangeFacts);
  }
  expect([...tally.operations.keys()]).toEqual(['other', known]);
  for (const { exchanges } of tally.operations.values()) expect(exchanges.size).toBeLessThanOrEqual(6);
});
