import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ProxyError } from '../../src/errors.ts';
import type { FoundToken } from '../../src/token/sources.ts';
import { createTokenStore } from '../../src/token/store.ts';
import { forgeJwt } from '../support/jwt.ts';
import { createFixedStore, createTestSource } from '../support/token.ts';

describe('The token store', () => {
  test('returns an opaque token without expiry', () => {
    expect(createFixedStore('opaque', { now: () => Number.MAX_SAFE_INTEGER }).current()).toBe('opaque');
  });

  test('returns a JWT until it expires', () => {
    let nowMs = 999_999;
    const token = forgeJwt({ exp: 1_000 });
    const store = createFixedStore(token, { now: () => nowMs });
    expect(store.current()).toBe(token);
    nowMs = 1_000_000;
    expect(() => store.current()).toThrow(expect.objectContaining({ code: 'TOKEN_EXPIRED', status: 503, exit: 3 }));
  });

  test('never quotes a refused token', () => {
    const token = forgeJwt({ exp: 1 });
    try {
      createFixedStore(token).current();
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain(token.slice(0, 12));
    }
    expect.assertions(1);
  });
});

describe('A source that is read again', () => {
  interface Line {
    readonly level: string;
    readonly text: string;
  }

  function createStore(read: () => Promise<FoundToken>, first: FoundToken = { token: 'token-1' }) {
    const lines: Line[] = [];
    const exposed: number[] = [];
    let nowMs = 0;
    let reads = 0;
    const tell = (level: string) => (fields: object, message: string) =>
      void lines.push({ level, text: `${message} ${JSON.stringify(fields)}` });
    const source = createTestSource(() => {
      reads++;
      return read();
    }, 'file');
    const store = createTokenStore({
      source,
      first,
      now: () => nowMs,
      log: { info: tell('info'), warn: tell('warn'), error: tell('error') },
      onExposed: ({ mode }) => void exposed.push(mode),
    });
    return { store, lines, exposed, reads: () => reads, wait: (ms: number) => (nowMs += ms) };
  }

  test('returns the new token, and the log shows only hashes', async () => {
    const { store, lines } = createStore(() => Promise.resolve({ token: 'token-2' }));
    expect(await store.reload()).toEqual({ changed: true });
    expect(store.current()).toBe('token-2');
    const [was, hash] = ['token-1', 'token-2'].map((token) =>
      createHash('sha256').update(token).digest('hex').slice(0, 8),
    );
    expect(lines.map(({ text }) => text)).toEqual([
      `the token has changed {"event":"token","was":"${was}","hash":"${hash}","source":"the test"}`,
    ]);
    expect(store.status()).toMatchObject({ hash, reloads: 1, failures: 0, state: 'ok' });
  });

  test('keeps the last good token on failure, and logs it once, or each time on request', async () => {
    const { store, lines, wait } = createStore(() =>
      Promise.reject(new ProxyError('TOKEN_UNAVAILABLE', 'it is blank')),
    );
    for (let i = 0; i < 5; i++) {
      wait(60_000);
      await store.refresh();
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'warn', text: expect.stringContaining('it is blank') as string });
    expect((await store.reload()).failure?.message).toBe('it is blank');
    expect(lines).toHaveLength(2);
    expect(store.current()).toBe('token-1');
    expect(store.status()).toMatchObject({ state: 'failing', failure: 'it is blank', failures: 6 });
  });

  test('reports on failure that the last token has expired', async () => {
    const failing = () => Promise.reject(new ProxyError('TOKEN_UNAVAILABLE', 'the file is gone'));
    const { store, lines } = createStore(failing, { token: forgeJwt({ exp: 0 }) });
    await store.reload();
    expect(lines.map(({ text }) => text)).toEqual([expect.stringContaining('the last one has expired')]);
  });

  test('is read after pauses of 1 to 30 seconds if the token is unchanged, and at once on request', async () => {
    const { store, reads, wait } = createStore(() => Promise.resolve({ token: 'token-1' }));
    const pauses: number[] = [];
    for (let second = 0, last = 0; second < 120; second++) {
      const before = reads();
      await store.refresh();
      if (reads() > before) pauses.push(second - last);
      if (reads() > before) last = second;
      wait(1_000);
    }
    expect(pauses).toEqual([0, 1, 2, 4, 8, 16, 30, 30]);
    const before = reads();
    await store.reload();
    expect(reads()).toBe(before + 1);
  });

  test('is read at once for a request, even after changes without a new token', async () => {
    let reads = 0;
    const source = createTestSource(() => Promise.resolve({ token: ++reads < 3 ? 'old' : 'new' }));
    const store = createTokenStore({ source, first: { token: 'old' } });

    await store.follow();
    await store.follow();

    expect(await store.renew('old')).toBe(true);
  });

  test('keeps the valid token if the new one has expired', async () => {
    const { store } = createStore(() => Promise.resolve({ token: 'token-2', expiresAtMs: -1 }));
    expect((await store.reload()).failure?.code).toBe('TOKEN_EXPIRED');
    expect(store.current()).toBe('token-1');
  });

  test('is read again when the last token expires', async () => {
    const { store, wait } = createStore(() => Promise.resolve({ token: 'token-2' }), {
      token: 'token-1',
      expiresAtMs: 10,
    });
    wait(10);
    expect(() => store.current()).toThrow(expect.objectContaining({ code: 'TOKEN_EXPIRED' }));
    await expect.poll(() => store.status().hash).not.toBe(createFixedStore('token-1').status().hash);
    expect(store.current()).toBe('token-2');
  });

  test('warns once if other users can read its file', async () => {
    const path = '/run/token';
    const modes = [0o640, 0o640, undefined, 0o644];
    const first = { token: 'token-0', exposed: { path, mode: 0o640 } };
    const { store, exposed } = createStore(() => {
      const mode = modes.shift();
      return Promise.resolve({
        token: `token-${modes.length}`,
        exposed: mode === undefined ? undefined : { path, mode },
      });
    }, first);
    for (let i = 0; i < 4; i++) await store.reload();
    expect(exposed).toEqual([0o644]);
  });

  test('uses the earlier expiry of helper and token', () => {
    const token = forgeJwt({ exp: 1_000 });
    const expiryOf = (expiresAtMs?: number) =>
      createTokenStore({
        source: createTestSource(() => Promise.reject(new Error())),
        first: { token, expiresAtMs },
      }).status().expiresAtMs;
    expect([expiryOf(), expiryOf(2_000_000), expiryOf(5)]).toEqual([1_000_000, 1_000_000, 5]);
  });
});
