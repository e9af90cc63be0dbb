import { describe, expect, test } from 'vitest';
import type { ExchangeSummary } from '../../src/admin/exchange-view.ts';
import { renderExchangeLine } from '../../src/cli/tail-line.ts';

const EXCHANGE: ExchangeSummary = {
  cursor: 'run.1',
  id: 'an-id',
  replayOf: undefined,
  caller: '127.0.0.1',
  callerName: undefined,
  method: 'GET',
  target: '/api/v1/projects/demo/media/assets',
  operation: 'media.assets.list',
  operationName: 'List assets',
  project: 'demo',
  status: 200,
  answeredBy: 'upstream',
  code: undefined,
  upstreamCode: undefined,
  ref: undefined,
  ending: 'complete',
  requestBytes: undefined,
  bytes: 1_536,
  retries: undefined,
  connectedMs: 1,
  sentMs: 1,
  firstByteMs: 2,
  ms: 12.34,
  receivedAtMs: new Date(2026, 0, 2, 3, 4, 5).getTime(),
};
const render = (over: Partial<ExchangeSummary> = {}, width?: number, colours = false): string =>
  renderExchangeLine({ ...EXCHANGE, ...over }, { width, colours });

describe('A line of tail', () => {
  test('has time, arrow, method, operation, status, duration and size', () => {
    expect(render()).toBe(`03:04:05 → GET     ${'List assets (demo)'.padEnd(44)} 200   12.3 ms   1.5 KB`);
  });

  test('shows the target of an unknown operation, then anything unusual', () => {
    const line = render({
      operationName: undefined,
      answeredBy: 'refusal',
      status: 404,
      code: 'NOT_FORWARDED',
      ending: 'cancelled',
    });
    expect(line).toMatch(
      /^03:04:05 × GET {5}\/api\/v1\/projects\/demo\/media\/assets +404 .* NOT_FORWARDED cancelled$/,
    );
  });

  test.each([60, 80, 120, 200])('fits a terminal of %i columns', (width) => {
    const long = { operationName: undefined, target: '/x'.repeat(200) };
    expect(render(long, width)).toHaveLength(width);
    expect(render(long, width)).toContain('…');
    expect(render({ ...long, code: 'NOT_FORWARDED' }, width)).toHaveLength(Math.max(width, 68));
    expect(render({}, width)).toHaveLength(width);
  });

  test('is not truncated without a terminal', () => {
    expect(render({ operationName: undefined, target: '/x'.repeat(200) })).toContain('/x'.repeat(200));
  });

  test('uses larger units for a long time and a large body, and shows - for a missing status', () => {
    expect(render({ ms: 61_234, bytes: 12_345_678, status: undefined })).toMatch(/ {3}- {4}61\.2 s {2}12\.3 MB$/);
  });

  test.each([
    [200, 32],
    [404, 33],
    [502, 31],
  ])('shows status %i in its own colour', (status, colour) => {
    expect(render({ status }, 80, true)).toContain(`\u001b[${colour}m${status}\u001b[39m`);
    expect(render({ status }, 80)).not.toContain('\u001b');
  });

  test('contains no control characters of remote text', () => {
    const remote = 'a\u001b]0;b\u0007c\u009b31m\u202e';
    const line = render({
      operationName: undefined,
      target: remote,
      method: remote,
      ref: remote,
      upstreamCode: remote,
    });
    expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
