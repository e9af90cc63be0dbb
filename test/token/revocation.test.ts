import { describe, expect, test } from 'vitest';
import type { Statusz } from '../../src/admin/statusz.ts';
import { readRevoked } from '../../src/token/revocation.ts';
import { createTokenStore } from '../../src/token/store.ts';
import { startTestSandbox } from '../support/sandbox.ts';
import { startTestProxy } from '../support/proxy.ts';
import { createTestSource } from '../support/token.ts';
import { startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };

describe('A token that MK.IO lists as revoked', () => {
  test('is detected without a request, logged as an error, and replaced by a reload', async () => {
    const sandbox = await startTestSandbox();
    const { token: next } = await sandbox.mintToken();
    const { token, jti } = await sandbox.mintToken();
    let given = token;
    const lines: string[] = [];
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: (_: object, text: string) => void lines.push(text),
    };
    const source = createTestSource(() => Promise.resolve({ token: given }));
    const store = createTokenStore({ source, first: { token }, log });
    const proxy = await startTestProxy({ origin: sandbox.origin, admin, token: store, revocationCheckMs: 50 });
    await expect.poll(() => sandbox.requests.length).toBeGreaterThan(1);
    expect(store.status().state).toBe('ok');

    sandbox.revoke(jti);
    await expect.poll(() => store.status().state).toBe('revoked');

    expect(lines).toEqual(['MK.IO has revoked the token: create a new one']);
    const ready = await fetch(`${proxy.admin}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'degraded', reasons: ['MK.IO has revoked the token'] },
    ]);
    expect(
      sandbox.requests.every(({ url, headers }) => url.startsWith('/.well-known/') && !headers.authorization),
    ).toBe(true);

    given = next;
    await store.reload();
    expect(store.status().state).toBe('ok');
  });

  test.each([
    ['is missing', 404, '{"revokedTokens":[]}'],
    ['is something else', 200, '<html>'],
    ['has another shape', 200, '{"revoked":[]}'],
  ])('is not reported if the list %s', async (_, status, body) => {
    const upstream = await startUpstream((_request, response) => response.writeHead(status).end(body));
    const proxy = await startTestProxy({
      ...upstream,
      admin,
      revocationCheckMs: 20,
      token: { status: () => ({ jti: 'x', state: 'ok' }) as never },
    });

    await expect.poll(() => upstream.seen.length).toBeGreaterThan(3);

    expect(await (await fetch(`${proxy.admin}/readyz`)).json()).toMatchObject({ status: 'ok' });
    expect(proxy.logged.filter(({ event }) => event === 'token')).toHaveLength(1);
  });

  test('is unknown if MK.IO does not answer, and MK.IO is reported as failing even without requests', async () => {
    const proxy = await startTestProxy({
      origin: 'http://127.0.0.1:9',
      admin,
      revocationCheckMs: 20,
      token: { status: () => ({ jti: 'x', state: 'ok' }) as never },
    });
    const readUpstream = async () => ((await (await fetch(`${proxy.admin}/statusz`)).json()) as Statusz).upstream;
    await expect.poll(readUpstream).toMatchObject({ state: 'failing', lastFailure: { code: 'UPSTREAM_UNREACHABLE' } });
  });

  test('is not checked if the token has no id or the check is off', async () => {
    const upstream = await startUpstream();
    await startTestProxy({
      ...upstream,
      revocationCheckMs: 10,
      token: { status: () => ({ jti: undefined }) as never },
    });
    await startTestProxy({ ...upstream });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(upstream.seen).toEqual([]);
  });
});

test('The list contains the ids in `revokedTokens`', () => {
  expect(readRevoked('{"revokedTokens":["a","b"]}')).toEqual(['a', 'b']);
  expect(() => readRevoked('[]')).toThrow();
});
