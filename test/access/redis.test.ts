/** @module-tag redis */
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import type { AccessConfig } from '../../src/config/config.ts';
import { ProxyError } from '../../src/errors.ts';
import type { TestProxy } from '../support/proxy.ts';
import { call, startTestProxy, TOKEN } from '../support/proxy.ts';
import { startRedis } from '../support/redis.ts';
import { startUpstream } from '../support/upstream.ts';

const ASSETS = '/api/v1/projects/demo/media/assets';
const OTHER = '/api/v1/projects/other/media/assets';
/** 20 reads and 10 writes a minute. */
const ONE_PERCENT = 0.01;

async function startTwo(access: Partial<AccessConfig>) {
  const upstream = await startUpstream();
  const start = () => startTestProxy({ ...upstream, access });
  return { upstream, proxies: [await start(), await start()] as const };
}

const read = async (proxy: TestProxy, path = ASSETS): Promise<number> => (await call(proxy, path)).status;
const told = ({ logged }: TestProxy) => logged.filter(({ event }) => event === 'redis');

describe('MKIO_PROXY_BUDGET', () => {
  test('limits all proxies with one Redis together, per project, reads and writes apart', async () => {
    const { url } = await startRedis();
    const { upstream, proxies } = await startTwo({ budgetShare: ONE_PERCENT, redis: { url, failOpen: false } });
    const [first, second] = proxies;
    for (let pair = 0; pair < 10; pair++) expect([await read(first), await read(second)]).toEqual([200, 200]);

    for (const proxy of proxies) {
      const answer = await call(proxy, ASSETS);
      expect([answer.status, answer.headers['x-mkio-proxy-error']]).toEqual([429, 'RATE_LIMITED']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(50);
      expect(answer.text).toContain('2000 reads a minute, of which callers of this proxy may make 20');
    }
    expect(upstream.seen).toHaveLength(20);
    expect(await read(first, OTHER)).toBe(200);
    for (let write = 0; write < 10; write++) expect((await call(first, ASSETS, { method: 'PUT' })).status).toBe(200);
    expect((await call(second, ASSETS, { method: 'PUT' })).status).toBe(429);
    expect(upstream.seen).toHaveLength(31);
  });

  test('counts nothing while there is no token', async () => {
    const held: string[] = [];
    const current = (): string => {
      const [token] = held;
      if (token === undefined) throw new ProxyError('TOKEN_UNAVAILABLE', 'there is none yet');
      return token;
    };
    const proxy = await startTestProxy({
      ...(await startUpstream()),
      access: { budgetShare: ONE_PERCENT },
      token: { current },
    });
    for (let call = 0; call < 21; call++) expect(await read(proxy)).toBe(503);
    held.push(TOKEN);
    expect(await read(proxy)).toBe(200);
  });

  test('is the same for every encoding of a project', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, access: { budgetShare: ONE_PERCENT } });
    const spellings = ['projects/demo', 'projects/%64emo', 'projects/dem%256F', 'projects/DEMO', 'projects/demo;x=y'];
    spellings.push('Projects/demo', 'project%73/demo', '/projects//demo', ';x/projects/demo', 'projects;x/dem%6f');
    for (let round = 0; round < 2; round++)
      for (const path of spellings) expect(await read(proxy, `/api/v1/${path}/media/assets`), path).toBe(200);
    for (const path of spellings) expect(await read(proxy, `/api/v1/${path}/media/assets`), path).toBe(429);
    expect(upstream.seen).toHaveLength(20);
  });

  test('counts a retry with another token', async () => {
    const upstream = await startUpstream(({ headers }, response) =>
      response.writeHead(headers.authorization === `Bearer ${TOKEN}` ? 401 : 200).end(),
    );
    const held = [TOKEN];
    const token = {
      current: () => held.at(-1) ?? '',
      renew: () => Promise.resolve(held.push('another-token') > 1),
    };
    const proxy = await startTestProxy({ ...upstream, access: { budgetShare: ONE_PERCENT }, token });
    expect(await read(proxy)).toBe(200);
    expect(upstream.seen).toHaveLength(2);
    for (let call = 2; call < 20; call++) expect(await read(proxy)).toBe(200);
    expect(await read(proxy)).toBe(429);
    expect(upstream.seen).toHaveLength(20);
  });

  test('leaves no secret in Redis if a caller writes one in place of a project', async () => {
    const { url } = await startRedis();
    const access = { budgetShare: ONE_PERCENT, redis: { url, failOpen: false } };
    const proxy = await startTestProxy({ ...(await startUpstream()), access });
    expect(await read(proxy, `/api/v1/projects/${TOKEN}/media/assets`)).toBe(200);
    const redis = new Redis(url);
    const keys = await redis.keys('*');
    redis.disconnect();
    expect(keys).toEqual(['mkio-proxy:budget:reads [redacted]']);
  });

  test('counts in memory without Redis, each proxy separately', async () => {
    const { proxies } = await startTwo({ budgetShare: ONE_PERCENT });
    const [first, second] = proxies;
    for (let call = 0; call < 20; call++) expect(await read(first)).toBe(200);
    expect([await read(first), await read(second)]).toEqual([429, 200]);
  });

  test('ignores requests that the policy refuses', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), access: { budgetShare: 0.001 } });
    const mint = () => call(proxy, '/api/v1/user/tokens', { method: 'POST' });
    expect([(await mint()).status, (await mint()).status]).toEqual([403, 403]);
    expect((await call(proxy, '/api/v1/projects', { method: 'HEAD' })).status).toBe(200);
  });
});

test('with Redis, MKIO_PROXY_RATE_LIMIT counts a caller across all proxies', async () => {
  const { url } = await startRedis();
  const { proxies } = await startTwo({ rateLimit: 2, redis: { url, failOpen: false } });
  const [first, second] = proxies;
  expect([await read(first), await read(second), await read(first)]).toEqual([200, 200, 429]);
});

describe('while Redis fails', () => {
  test.each([
    ['open', 200],
    ['closed', 503],
  ] as const)('a proxy that fails %s answers %d, and the log says so once', async (outcome, status) => {
    const failOpen = outcome === 'open';
    const redis = await startRedis();
    const access = { budgetShare: ONE_PERCENT, redis: { url: redis.url, failOpen } };
    const proxy = await startTestProxy({ ...(await startUpstream()), access });
    expect(await read(proxy)).toBe(200);

    await redis.kill();

    for (let call = 0; call < 30; call++) expect(await read(proxy)).toBe(status);
    expect(told(proxy)).toEqual([
      expect.objectContaining({ reason: expect.stringMatching(/connection closed|ECONN/) as string }),
    ]);
    if (!failOpen) {
      const { headers, text } = await call(proxy, ASSETS);
      expect(headers).toMatchObject({ 'x-mkio-proxy-error': 'BUSY', 'retry-after': '1' });
      expect(text).toContain('MKIO_PROXY_REDIS_FAILURE=open');
    }

    await startRedis({ port: redis.port });
    await expect
      .poll(
        async () => {
          await read(proxy);
          return told(proxy).length;
        },
        { timeout: 5_000 },
      )
      .toBe(2);
    expect(told(proxy)[1]).toMatchObject({ msg: 'Redis counts again' });
  });

  test('a Redis that hangs delays no request for more than a second', async () => {
    const redis = await startRedis();
    const access = { budgetShare: ONE_PERCENT, redis: { url: redis.url, failOpen: true } };
    const proxy = await startTestProxy({ ...(await startUpstream()), access });
    expect(await read(proxy)).toBe(200);
    redis.pause();
    const from = performance.now();
    expect(await read(proxy)).toBe(200);
    expect(performance.now() - from).toBeLessThan(1_000);
    const next = performance.now();
    for (let call = 0; call < 20; call++) expect(await read(proxy)).toBe(200);
    expect(performance.now() - next).toBeLessThan(1_000);
    expect(told(proxy)).toEqual([expect.objectContaining({ reason: 'ETIMEDOUT' })]);
  });

  test.each([
    ['asks for a password', (port: number) => `redis://127.0.0.1:${port}`, /NOAUTH/],
    ['is not running', (port: number) => `redis://127.0.0.1:${port + 1}`, /ECONN/],
    ['refuses the password', (port: number) => `redis://:not-its-password@127.0.0.1:${port}`, /WRONGPASS/],
  ])('a proxy starts although Redis %s, and logs why without a password', async (_, urlOf, reason) => {
    const { port } = await startRedis();
    const access = { budgetShare: ONE_PERCENT, redis: { url: urlOf(port), failOpen: true } };
    const proxy = await startTestProxy({ ...(await startUpstream()), access });
    expect(await read(proxy)).toBe(200);
    expect(told(proxy)).toEqual([expect.objectContaining({ reason: expect.stringMatching(reason) as string })]);
    expect(JSON.stringify(proxy.logged)).not.toContain('not-its-password');
  });

  test('a start waits at most a second for a Redis that hangs', async () => {
    const { url, pause } = await startRedis();
    pause();
    const access = { budgetShare: ONE_PERCENT, redis: { url, failOpen: true } };
    const from = performance.now();
    const proxy = await startTestProxy({ ...(await startUpstream()), access });
    expect(performance.now() - from).toBeLessThan(2_000);
    expect(await read(proxy)).toBe(200);
    expect(told(proxy)).toEqual([expect.objectContaining({ reason: 'ETIMEDOUT' })]);
  });
});
