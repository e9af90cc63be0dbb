import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMetrics } from '../support/metrics.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const DEPLOY = resolve(import.meta.dirname, '../../deploy');
const read = (path: string): string => readFileSync(resolve(DEPLOY, path), 'utf8');

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const dashboard = JSON.parse(read('grafana/mkio-proxy.json')) as Dashboard;
const ofPanels = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));
// A rule's `expr` is on its line or on the further indented lines below.
const ofRules = [
  ...read('prometheus/alerts.yaml').matchAll(/- alert: (\w+)\n {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/g),
].map(([, name = '', block, line]) => [name, block ?? line ?? ''] as const);

// Names that Prometheus adds and that Grafana fills in.
const OF_PROMETHEUS = new Set(['job', 'instance']);
const WORDS = new Set(
  'by on and time absent sum min max count rate increase topk histogram_quantile last_over_time'.split(' '),
);

/** Names of metrics and labels in a query: everything that is neither a function, a number nor in quotes. */
function readQuery(query: string): { readonly metrics: string[]; readonly labels: string[] } {
  const bare = query.replace(/"[^"]*"/g, '""').replace(/\[[^\]]*\]/g, '');
  const labels = [
    ...[...bare.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner = '']) =>
      [...inner.matchAll(/(\w+)\s*!?=/g)].map(([, name = '']) => name),
    ),
    ...[...bare.matchAll(/(?:by|on) \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/,\s*/)),
  ].filter((name) => !OF_PROMETHEUS.has(name));
  const rest = bare.replace(/\{[^}]*\}/g, '').replace(/(?:by|on) \([^)]*\)/g, '');
  const metrics = [...rest.matchAll(/[a-z_]\w*/g)].map(([name]) => name).filter((name) => !WORDS.has(name));
  return { metrics, labels };
}

/** Labels by metric name, from a real proxy after one event of each kind. */
async function readReal(): Promise<Map<string, Set<string>>> {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port: 0 } });
  const asked = call(proxy, '/api/v1/projects/demo/media/assets');
  (await upstream.next()).response.end('1');
  await asked;
  await call(proxy, '/elsewhere');
  const caller = await openRaw(proxy.port);
  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await upstream.next();
  caller.leave();
  await proxy.exchange(2);
  const { samples } = await readMetrics(proxy.admin);
  const real = new Map<string, Set<string>>();
  for (const { name, labels } of samples) {
    const known = real.get(name) ?? new Set();
    for (const label of Object.keys(labels)) known.add(label);
    real.set(name, known);
  }
  return real;
}

describe('deploy/', () => {
  test('has queries', () => {
    expect(ofPanels.length).toBeGreaterThan(15);
    expect(ofRules).toHaveLength(read('prometheus/alerts.yaml').split('- alert:').length - 1);
  });

  test('queries only metrics and labels of a real proxy', async () => {
    const real = await readReal();
    real.set('up', OF_PROMETHEUS);
    // An opaque token has no known expiry.
    real.set('mkio_proxy_token_expiry_seconds', new Set(['source']));
    const wrong = [...ofPanels, ...ofRules].flatMap(([title, query]) => {
      const { metrics, labels } = readQuery(query);
      expect(metrics.length, title).toBeGreaterThan(0);
      return metrics.flatMap((metric) => {
        const known = real.get(metric);
        return known === undefined
          ? [`${title}: ${metric}`]
          : labels.filter((label) => !known.has(label)).map((label) => `${title}: ${metric}{${label}}`);
      });
    });
    expect(wrong).toEqual([]);
  });
});
