import { describe, expect, test } from 'vitest';
import type { Statusz } from '../../src/admin/statusz.ts';
import type { TestProxyOptions } from '../support/proxy.ts';
import { call, startTestProxy, TOKEN } from '../support/proxy.ts';
import { BY_HAND, startAnswering, startUpstream } from '../support/upstream.ts';

const ASSETS = '/api/v1/projects/demo/media/assets';
const admin = { host: '127.0.0.1', port: 0 };
const start = (options: TestProxyOptions) => startTestProxy({ admin, ...options });

const read = async (address: string | undefined): Promise<Statusz> =>
  (await (await fetch(`${address}/statusz`)).json()) as Statusz;

describe('GET /statusz', () => {
  test('shows token, policy, listeners, MK.IO and budget, but no secret', async () => {
    const upstream = await startUpstream((_, response) => response.writeHead(404).end());
    const proxy = await start({ ...upstream, policy: { projects: ['demo'] } });
    expect((await read(proxy.admin)).upstream).toEqual({ origin: upstream.origin, state: 'unknown' });

    await call(proxy, ASSETS);
    await call(proxy, ASSETS, { method: 'PUT', body: 'x' });
    await proxy.exchange(1);

    const status = await read(proxy.admin);
    expect(status).toMatchObject({
      status: 'ok',
      reasons: [],
      capture: 'bodies',
      token: { state: 'ok', type: 'opaque', unauthorized: 0 },
      policy: { projects: ['demo'] },
      listeners: { proxy: proxy.address, admin: proxy.admin },
      inFlight: 0,
      upstream: { state: 'reachable', lastAnswer: { status: 404 } },
      budget: [{ project: 'demo', reads: 1, writes: 1, maxReads: 2_000, maxWrites: 1_000 }],
    });
    expect(status.uptimeMs).toBeLessThan(60_000);
    expect(JSON.stringify(status)).not.toContain(TOKEN);
  });

  test('shows that MK.IO fails, why, and that it answers again', async () => {
    const proxy = await start(await startAnswering('nonsense'));
    await call(proxy, ASSETS);
    await proxy.exchange();
    expect((await read(proxy.admin)).upstream).toMatchObject({
      state: 'failing',
      lastFailure: { code: 'UPSTREAM_INVALID' },
    });
  });

  test('counts running exchanges', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await start(upstream);
    const asked = call(proxy, ASSETS);
    const { response } = await upstream.next();
    expect((await read(proxy.admin)).inFlight).toBe(1);
    response.end();
    await asked;
    await expect.poll(async () => (await read(proxy.admin)).inFlight).toBe(0);
  });

  test('requires the admin key if one is set', async () => {
    const proxy = await start({ ...(await startUpstream()), admin: { ...admin, key: 'operators-key-16' } });
    for (const path of ['/statusz', '/metrics']) {
      expect((await fetch(`${proxy.admin}${path}`)).status).toBe(401);
      const headers = { authorization: 'Bearer operators-key-16' };
      expect((await fetch(`${proxy.admin}${path}`, { headers })).status).toBe(200);
    }
  });
});
