import { describe, expect, test } from 'vitest';
import { ProxyError } from '../../src/errors.ts';
import type { Reload } from '../../src/token/reader.ts';
import type { TokenStatus } from '../../src/token/store.ts';
import type { ErrorBody } from '../support/proxy.ts';
import { startTestProxy } from '../support/proxy.ts';
import { createFixedStore } from '../support/token.ts';
import { startUpstream } from '../support/upstream.ts';

const EXPIRES_MS = Date.UTC(2027, 0);

async function startAdmin(reload: () => Promise<Reload>, key?: string) {
  let reloads = 0;
  const status = (): TokenStatus => ({ ...createFixedStore('a-token').status(), expiresAtMs: EXPIRES_MS });
  const counted = (): Promise<Reload> => {
    reloads++;
    return reload();
  };
  const proxy = await startTestProxy({
    ...(await startUpstream()),
    admin: { host: '127.0.0.1', port: 0, key },
    token: { reload: counted, status },
  });
  const post = (headers: Record<string, string> = {}, body?: string): Promise<Response> =>
    fetch(`${proxy.admin}/token/reload`, { method: 'POST', headers, ...(body !== undefined && { body }) });
  return { address: proxy.admin ?? '', post, reloads: () => reloads };
}

const CHANGED = (): Promise<Reload> => Promise.resolve({ changed: true });

describe('POST /token/reload', () => {
  test('reads the token again and reports the result', async () => {
    const { post, reloads } = await startAdmin(CHANGED);
    const answer = await post({ 'content-type': 'application/json' }, '{}');
    const { hash } = createFixedStore('a-token').status();
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { changed: true, hash, source: 'the test', expiresAt: '2027-01-01T00:00:00.000Z' },
    ]);
    expect(reloads()).toBe(1);
  });

  test('is open to its own page with a session, and to scripts without one', async () => {
    const { address, post, reloads } = await startAdmin(CHANGED);
    const { header, value } = (await (await fetch(`${address}/session`)).json()) as Record<string, string>;
    for (const sign of [{ origin: address }, { 'sec-fetch-site': 'same-origin' }, { referer: `${address}/` }]) {
      expect((await post(sign as Record<string, string>)).headers.get('x-mkio-proxy-error')).toBe('SESSION_REQUIRED');
      expect((await post({ ...sign, [header ?? '']: value ?? '' })).status).toBe(200);
    }
    expect(reloads()).toBe(3);
  });

  test('reports why the old token stays in use', async () => {
    const failure = new ProxyError('TOKEN_UNAVAILABLE', 'the file is gone');
    const { post } = await startAdmin(() => Promise.resolve({ changed: false, failure }));
    const answer = await post();
    const { error } = (await answer.json()) as ErrorBody;
    expect(answer.status).toBe(503);
    expect(error).toMatchObject({ code: 'TOKEN_UNAVAILABLE', detail: 'the file is gone' });
    expect(error.extraDetail).toMatchObject({
      source: 'the test',
      state: 'ok',
      kept: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    });
  });

  test.each<[string, Record<string, string>]>([
    ['of another port on loopback', { origin: 'http://localhost:5173' }],
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of the same site', { 'sec-fetch-site': 'same-site' }],
    ['that has no origin', { origin: 'null' }],
    ['that tells by Referer alone', { referer: 'http://127.0.0.1:5173/page' }],
  ])('is refused to a page %s', async (_, headers) => {
    const { post, reloads } = await startAdmin(CHANGED);
    const answer = await post(headers);
    expect([answer.status, answer.headers.get('x-mkio-proxy-error')]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(reloads()).toBe(0);
  });

  test('refuses other methods', async () => {
    const { address, reloads } = await startAdmin(CHANGED);
    expect((await fetch(`${address}/token/reload`)).status).toBe(404);
    expect(reloads()).toBe(0);
  });

  test('requires the admin key if one is set', async () => {
    const { post, reloads } = await startAdmin(CHANGED, 'a-key-of-sixteen');
    expect((await post()).status).toBe(401);
    expect(reloads()).toBe(0);
    expect((await post({ authorization: 'Bearer a-key-of-sixteen' })).status).toBe(200);
  });
});
