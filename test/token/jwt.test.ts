import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readClaims } from '../../src/token/jwt.ts';
import { forgeJwt } from '../support/jwt.ts';

describe('The claims of a token', () => {
  test('are read from a JWT without verification', () => {
    const token = forgeJwt({ jti: 'e90ee585', iat: 1_767_225_600, exp: 1_798_761_600 });
    expect(readClaims(token)).toEqual({
      kid: '1767225600',
      alg: 'RS256',
      jti: 'e90ee585',
      iat: 1_767_225_600,
      exp: 1_798_761_600,
    });
  });

  test.each(['', 'opaque', 'a.b', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.bm90IGpzb24.', '💥.💥.💥'])(
    'are unknown for %j',
    (token) => {
      expect(readClaims(token)).toBeUndefined();
    },
  );

  test('with an unexpected type count as absent', () => {
    const claims = readClaims(forgeJwt({ jti: 7, exp: 'tomorrow', iat: null }));
    expect(claims).toMatchObject({ jti: undefined, exp: undefined, iat: undefined });
    expect(readClaims(forgeJwt({ exp: 9e12 }))?.exp).toBeUndefined(); // beyond the range of a Date
  });

  test('can be read from any text without an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, json) => {
        const part = Buffer.from(JSON.stringify(json)).toString('base64url');
        for (const token of [text, `${part}.${part}.${text}`, `${part}.${text}.${part}`]) readClaims(token);
      }),
    );
  });
});
