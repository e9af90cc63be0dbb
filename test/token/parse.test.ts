import { describe, expect, test } from 'vitest';
import { ProxyError } from '../../src/errors.ts';
import { parseToken } from '../../src/token/parse.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ';

const failureOf = (run: () => unknown): ProxyError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProxyError) return error;
    throw error;
  }
  throw new Error('the token was accepted');
};

describe('A token', () => {
  test.each([
    ['unchanged', TOKEN],
    ['with the newline of an editor', `${TOKEN}\n`],
    ['with the line end of Windows', `${TOKEN}\r\n`],
    ['with surrounding white space', `  \t${TOKEN} \n\n`],
    ['with a byte order mark', `\uFEFF${TOKEN}`],
  ])('is read %s', (_, text) => {
    expect(parseToken(text, 'test')).toBe(TOKEN);
  });

  test('may be opaque', () => {
    expect(parseToken('a1B2-_.~+/c3D4e5F6g7==', 'test')).toBe('a1B2-_.~+/c3D4e5F6g7==');
  });

  test.each([
    ['blank', '', 'is blank'],
    ['only white space', ' \n', 'is blank'],
    ['two words', `Bearer ${TOKEN}`, 'has white space inside'],
    ['two lines', `${TOKEN}\n${TOKEN}`, 'has white space inside'],
    ['a header injection', `${TOKEN}\r\nx-evil: 1`, 'has white space inside'],
    ['a control character', `${TOKEN}\0`, 'has control characters inside'],
    ['quotes around it', `"${TOKEN}"`, 'has characters that no bearer token has'],
    ['a look-alike letter', `${TOKEN}\u0435`, 'has characters that no bearer token has'],
    ['short', 'canary-canary-12345', 'is shorter than 20 characters'],
    ['one letter', 'a', 'is shorter than 20 characters'],
    ['a plain word', 'canary'.repeat(4), 'has no digit, as if it were plain words'],
    ['plain words', 'canary-canary_canary.canary', 'has no digit, as if it were plain words'],
    ['a plain number', '12345.67890-12345/67890', 'has no letter, as if it were a plain number'],
    ['no end', 'a'.repeat(20_000), 'is longer than 16384 characters'],
  ])('is refused if it is or has %s, and the error does not quote it', (_, text, problem) => {
    const error = failureOf(() => parseToken(text, 'MKIO_TOKEN (environment)'));
    expect([error.code, error.exit]).toEqual(['TOKEN_UNAVAILABLE', 3]);
    expect(error.message).toBe(`the token of MKIO_TOKEN (environment) ${problem}`);
    expect(`${error.message}${error.hint}`).not.toMatch(/eyJ|canary|aaa/);
  });
});
