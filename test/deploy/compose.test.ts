import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { parseDuration, parseSize } from '../../src/config/units.ts';
import { createFolder } from '../support/folder.ts';
import { HEALTHCHECK, IMAGE, IMAGE_ENV } from '../support/image.ts';

interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
  readonly mem_limit?: string;
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: object;
}
interface Compose {
  readonly services: Readonly<Record<'proxy' | 'app', Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const path = resolve(import.meta.dirname, '../../deploy/compose/compose.yaml');
const text = readFileSync(path, 'utf8');
const { services, secrets } = parse(text) as Compose;
const { proxy, app } = services;
const load = () => loadConfig({ env: { ...IMAGE_ENV, ...proxy.environment }, cwd: createFolder() }).config;

describe('deploy/compose/compose.yaml', () => {
  test('is what docker-compose can read', { tags: 'compose' }, () => {
    const read = spawnSync('docker-compose', ['-f', path, 'config', '--quiet'], { encoding: 'utf8' });
    expect(read).toMatchObject({ status: 0, stderr: '' });
  });

  test('runs the image of this version with settings that it starts with', () => {
    expect(proxy.image).toBe(IMAGE);
    expect(load()).toMatchObject({ listener: { host: '127.0.0.1' }, admin: { host: '127.0.0.1' } });
  });

  test('mounts the token as a file into the proxy only', () => {
    expect(Object.keys(secrets)).toEqual(proxy.secrets);
    expect(load().token.file).toBe(`/run/secrets/${proxy.secrets?.[0]}`);
    expect(secrets).toEqual({ mkio_token: { file: './mkio-token' } });
    expect(app.secrets).toBeUndefined();
  });

  test('drops all capabilities and write access from both containers', () => {
    for (const service of [proxy, app]) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
    expect(proxy).toMatchObject({ pids_limit: 64, ulimits: { core: 0 }, memswap_limit: proxy.mem_limit });
    // A health check is a second process.
    expect(parseSize(`${proxy.mem_limit?.replace('m', 'MiB')}`)).toBeGreaterThanOrEqual(112 * 2 ** 20);
  });

  test('starts the application in the network of a healthy proxy', () => {
    expect(app).toMatchObject({
      network_mode: 'service:proxy',
      depends_on: { proxy: { condition: 'service_healthy' } },
    });
    expect(proxy.healthcheck?.test).toEqual(['CMD', ...HEALTHCHECK]);
  });

  test('points the application at the proxy and publishes none of its ports', () => {
    const { host, port } = load().listener;
    expect(app.environment).toMatchObject({ MKIO_BASE_URL: `http://${host}:${port}`, MKIO_TOKEN: 'placeholder' });
    expect(proxy.ports).toEqual(['127.0.0.1:8080:8080']);
  });

  test('gives the proxy more time to stop than it needs', () => {
    const { drainTimeoutMs, prestopDelayMs } = load().listener;
    expect(parseDuration(proxy.stop_grace_period ?? '10s')).toBeGreaterThan(drainTimeoutMs + prestopDelayMs);
  });
});
