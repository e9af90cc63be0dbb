import { describe, expect, test } from 'vitest';
import { createTokenStore } from '../../src/token/store.ts';
import { forgeJwt } from '../support/jwt.ts';

describe('The token store', () => {
  test('gives an opaque token for ever', () => {
    expect(createTokenStore('opaque', () => Number.MAX_SAFE_INTEGER).current()).toBe('opaque');
  });

  test('gives a JWT until the second in which it expires', () => {
    let nowMs = 999_999;
    const token = forgeJwt({ exp: 1_000 });
    const store = createTokenStore(token, () => nowMs);
    expect(store.current()).toBe(token);
    nowMs = 1_000_000;
    expect(() => store.current()).toThrow(expect.objectContaining({ code: 'TOKEN_EXPIRED', status: 503, exit: 3 }));
  });

  test('never tells the token when it refuses it', () => {
    const token = forgeJwt({ exp: 1 });
    try {
      createTokenStore(token).current();
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain(token.slice(0, 12));
    }
    expect.assertions(1);
  });
});
