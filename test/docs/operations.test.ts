import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decideReadiness } from '../../src/admin/readiness.ts';
import { ERRORS } from '../../src/errors.ts';
import type { TokenState } from '../../src/token/store.ts';
import { readMetrics } from '../support/metrics.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const doc = readFileSync(resolve(ROOT, 'docs/operations.md'), 'utf8');
const [, table = ''] = /<!-- metrics -->([^]*?)<!-- \/metrics -->/.exec(doc) ?? [];
const rows = new Map(
  [...table.matchAll(/^\| `(\w+)` \| (.*?) ?\| .* \|$/gm)].map(([, name = '', labels = '']) => [
    name,
    [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
  ]),
);

describe('docs/operations.md', () => {
  test('lists exactly our metrics with their labels', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin: { host: '127.0.0.1', port: 0 } });
    await call(proxy, '/api/v1/projects/demo/media/assets');
    await call(proxy, '/elsewhere');
    await proxy.exchange(1);
    const { text, samples } = await readMetrics(proxy.admin);

    const declared = [...text.matchAll(/^# TYPE (mkio_proxy_\w+)/gm)].map(([, name]) => name);
    expect([...rows.keys()].sort()).toEqual(declared.sort());
    for (const { name, labels } of samples.filter((sample) => sample.name.startsWith('mkio_proxy_'))) {
      const told = rows.get(name) ?? rows.get(name.replace(/_(?:bucket|sum|count)$/, '')) ?? [];
      expect(told, name).toEqual(expect.arrayContaining(Object.keys(labels)));
    }
  });

  test('explains existing codes and every reason of /readyz', () => {
    const [, troubles = ''] = /## Troubleshooting([^]*?)\n## /.exec(doc) ?? [];
    const codes = [...troubles.matchAll(/`([A-Z]+_?[A-Z]+)`/g)]
      .map(([, code]) => code)
      .filter((code) => code !== 'SIGKILL');
    expect(codes.length).toBeGreaterThan(10);
    expect(Object.keys(ERRORS)).toEqual(expect.arrayContaining(codes));

    const reasons = [...troubles.matchAll(/not ready: `([^`]+)`/g)].map(([, reason]) => reason);
    const states: TokenState[] = ['missing', 'expired'];
    expect(reasons).toEqual(
      states.flatMap((state) => decideReadiness({ isDraining: false, token: { state } }).reasons),
    );
  });

  test('has a remedy for every alert', () => {
    const alerts = readFileSync(resolve(ROOT, 'deploy/prometheus/alerts.yaml'), 'utf8');
    for (const [, name = ''] of alerts.matchAll(/- alert: (\w+)/g)) expect(doc).toContain(`\`${name}\``);
  });
});
