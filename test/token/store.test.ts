import { describe, expect, test } from 'vitest';
import { forgeJwt } from '../support/jwt.ts';
import { createFixedStore } from '../support/token.ts';

describe('The token store', () => {
  test('gives an opaque token for ever', () => {
    expect(createFixedStore('opaque', { now: () => Number.MAX_SAFE_INTEGER }).current()).toBe('opaque');
  });

  test('gives a JWT until the second in which it expires', () => {
    let nowMs = 999_999;
    const token = forgeJwt({ exp: 1_000 });
    const store = createFixedStore(token, { now: () => nowMs });
    expect(store.current()).toBe(token);
    nowMs = 1_000_000;
    expect(() => store.current()).toThrow(expect.objectContaining({ code: 'TOKEN_EXPIRED', status: 503, exit: 3 }));
  });

  test('never tells the token when it refuses it', () => {
    const token = forgeJwt({ exp: 1 });
    try {
      createFixedStore(token).current();
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain(token.slice(0, 12));
    }
    expect.assertions(1);
  });
});
