import { describe, expect, test } from 'vitest';
import type { RequestListener } from 'node:http';
import { call, startTestProxy } from '../support/proxy.ts';
import { createTestSource } from '../support/token.ts';
import { createTokenStore } from '../../src/token/store.ts';
import { openRaw } from '../support/raw.ts';
import type { TestUpstream } from '../support/upstream.ts';
import { BY_HAND, startRawUpstream, startUpstream } from '../support/upstream.ts';

const REFUSAL = '{"error":{"code":"Unauthorized","detail":"Token is revoked."}}';

/** An upstream that accepts only the token `accepted`. */
const taking =
  (accepted: () => string): RequestListener =>
  ({ headers }, response) => {
    const ok = headers.authorization === `Bearer ${accepted()}`;
    response.writeHead(ok ? 200 : 401, { 'content-type': 'application/json', 'www-authenticate': 'Bearer' });
    response.end(ok ? '{"ok":true}' : REFUSAL);
  };

/** A proxy with `next` as the next token of its source; the upstream accepts `accepted`. */
async function startRotated(handler: RequestListener, next: () => Promise<string>) {
  const upstream = await startUpstream(handler);
  let reads = 0;
  const source = createTestSource(async () => {
    reads++;
    return { token: await next() };
  });
  const token = createTokenStore({ source, first: { token: 'old-token' } });
  const proxy = await startTestProxy({ ...upstream, token });
  return { upstream, proxy, token, reads: () => reads };
}

const authorizations = ({ seen }: TestUpstream) => seen.map(({ headers }) => headers.authorization);

describe('a 401 from upstream', () => {
  test.each(['GET', 'HEAD', 'POST', 'DELETE'])(
    'to %s without a body is answered with the new token, once, on the same connection',
    async (method) => {
      const { upstream, proxy, reads } = await startRotated(
        taking(() => 'new-token'),
        () => Promise.resolve('new-token'),
      );

      const answer = await call(proxy, '/api/v1/x', { method });

      expect([answer.status, answer.text]).toEqual([200, method === 'HEAD' ? '' : '{"ok":true}']);
      expect(authorizations(upstream)).toEqual(['Bearer old-token', 'Bearer new-token']);
      expect(reads()).toBe(1);
      expect(await proxy.exchange()).toMatchObject({ status: 200, retries: 1, answeredBy: 'upstream' });
    },
  );

  test('is not retried on a new connection', async () => {
    const { origin, received } = await startRawUpstream((socket, _, chunk) => {
      const ok = chunk.includes('Bearer new-token');
      socket.write(`HTTP/1.1 ${ok ? '200 OK' : '401 Unauthorized'}\r\nContent-Length: 2\r\n\r\n${ok ? 'ok' : 'no'}`);
    });
    const source = createTestSource(() => Promise.resolve({ token: 'new-token' }));
    const proxy = await startTestProxy({ origin, token: createTokenStore({ source, first: { token: 'old-token' } }) });

    expect((await call(proxy, '/api/v1/x')).text).toBe('ok');
    expect(received).toHaveLength(1);
  });

  test('is forwarded unchanged if the source returns the same token', async () => {
    const { upstream, proxy } = await startRotated(
      taking(() => 'new-token'),
      () => Promise.resolve('old-token'),
    );

    const answer = await call(proxy, '/api/v1/x');

    expect([answer.status, answer.text]).toEqual([401, REFUSAL]);
    expect(answer.headers).toMatchObject({ 'www-authenticate': 'Bearer', 'content-type': 'application/json' });
    expect(answer.headers['x-mkio-proxy-error']).toBeUndefined();
    expect(upstream.seen).toHaveLength(1);
    const exchange = await proxy.exchange();
    expect(exchange).toMatchObject({ status: 401, answeredBy: 'upstream', bytes: REFUSAL.length });
    expect(exchange.retries).toBeUndefined();
  });

  test('is forwarded if the source fails', async () => {
    const { proxy, token } = await startRotated(
      taking(() => 'new-token'),
      () => Promise.reject(new Error('no')),
    );

    expect((await call(proxy, '/api/v1/x')).status).toBe(401);
    expect(token.status()).toMatchObject({ failures: 1, unauthorized: 1, state: 'failing' });
  });

  test('to a request with a body is forwarded, and the next request has the new token', async () => {
    const { upstream, proxy } = await startRotated(
      taking(() => 'new-token'),
      () => Promise.resolve('new-token'),
    );

    const first = await call(proxy, '/api/v1/x', { method: 'POST', body: 'hello' });
    await expect.poll(() => proxy.logged.length).toBe(1);
    const second = await call(proxy, '/api/v1/x', { method: 'POST', body: 'hello' });

    expect([first.status, first.text, second.status]).toEqual([401, REFUSAL, 200]);
    expect(authorizations(upstream)).toEqual(['Bearer old-token', 'Bearer new-token']);
  });

  test('to the retry is forwarded: no loop', async () => {
    let count = 0;
    const { upstream, proxy, token } = await startRotated(
      taking(() => 'never'),
      () => Promise.resolve(`token-${++count}`),
    );

    expect((await call(proxy, '/api/v1/x')).status).toBe(401);
    expect(upstream.seen).toHaveLength(2);
    expect(token.status().unauthorized).toBe(2);
  });

  test('to 50 concurrent requests reads the source once, and every request is answered', async () => {
    let give: (token: string) => void = () => undefined;
    const next = new Promise<string>((resolve) => (give = resolve));
    const { upstream, proxy, reads } = await startRotated(
      taking(() => 'new-token'),
      () => next,
    );

    const answers = Array.from({ length: 50 }, (_, i) => call(proxy, `/api/v1/${i}`));
    await expect.poll(() => upstream.seen.length).toBe(50);
    give('new-token');

    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(reads()).toBe(1);
    expect(upstream.seen).toHaveLength(100);
  });

  test('right after a failed read of the source is forwarded without another read', async () => {
    const { proxy, reads } = await startRotated(
      taking(() => 'new-token'),
      () => Promise.resolve('old-token'),
    );

    for (let i = 0; i < 5; i++) expect((await call(proxy, '/api/v1/x')).status).toBe(401);
    expect(reads()).toBe(1);
  });

  test('does not read the source if the token was replaced meanwhile', async () => {
    const upstream = await startUpstream(BY_HAND);
    let reads = 0;
    const source = createTestSource(() => Promise.resolve({ token: `token-${++reads}` }));
    const token = createTokenStore({ source, first: { token: 'old-token' } });
    const proxy = await startTestProxy({ ...upstream, token });

    const answer = call(proxy, '/api/v1/x');
    const first = await upstream.next();
    await token.reload();
    first.response.writeHead(401).end('no');
    (await upstream.next()).response.end('yes');

    expect((await answer).text).toBe('yes');
    expect(authorizations(upstream)).toEqual(['Bearer old-token', 'Bearer token-1']);
    expect(reads).toBe(1);
  });

  test('is forwarded before its body arrives if there is no other token', async () => {
    const upstream = await startUpstream(BY_HAND);
    const source = createTestSource(() => Promise.resolve({ token: 'old-token' }));
    const token = createTokenStore({ source, first: { token: 'old-token' } });
    const proxy = await startTestProxy({ ...upstream, token });
    const caller = await openRaw(proxy.port);
    caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const { response } = await upstream.next();

    response.writeHead(401, { 'content-length': 4 }).write('no');
    await caller.until('\r\n\r\nno');
    response.end('!!');

    expect(await caller.until('no!!')).toMatch(/^HTTP\/1\.1 401 /);
    expect(await proxy.exchange()).toMatchObject({ status: 401, ending: 'complete' });
  });

  test('with a body too long to buffer is forwarded completely', async () => {
    const body = 'x'.repeat(300_000);
    const { upstream, proxy } = await startRotated(
      (_, response) => void response.writeHead(401, { 'content-type': 'application/octet-stream' }).end(body),
      () => new Promise(() => undefined),
    );

    const answer = await call(proxy, '/api/v1/x');

    expect([answer.status, answer.text === body]).toEqual([401, true]);
    expect(upstream.seen).toHaveLength(1);
  });

  test('is not shown as complete if the upstream truncates it', async () => {
    const { proxy } = await startRotated(
      (_, response) => {
        response.writeHead(401, { 'content-length': 100 });
        response.write('half', () => response.destroy());
      },
      () => new Promise(() => undefined),
    );

    await expect(call(proxy, '/api/v1/x')).rejects.toThrow();
    expect(await proxy.exchange()).toMatchObject({ status: 401, ending: 'truncated' });
  });

  test('is not retried if the caller has disconnected', async () => {
    let give: (token: string) => void = () => undefined;
    const next = new Promise<string>((resolve) => (give = resolve));
    const { upstream, proxy, reads } = await startRotated(
      taking(() => 'new-token'),
      () => next,
    );
    const controller = new AbortController();
    const answer = fetch(`${proxy.address}/api/v1/x`, { signal: controller.signal });
    await expect.poll(reads).toBe(1);

    controller.abort();
    await expect(answer).rejects.toThrow();
    expect(await proxy.exchange()).toMatchObject({ ending: 'cancelled' });
    give('new-token');
    await call(proxy, '/api/v1/next');

    expect(upstream.seen.map(({ url }) => url)).toEqual(['/api/v1/x', '/api/v1/next']);
  });

  test('is forwarded at once if the token cannot change', async () => {
    const upstream = await startUpstream(taking(() => 'another'));
    const proxy = await startTestProxy(upstream);

    expect((await call(proxy, '/api/v1/x')).text).toBe(REFUSAL);
    expect(upstream.seen).toHaveLength(1);
  });
});
