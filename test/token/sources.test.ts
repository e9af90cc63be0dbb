import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProxyError } from '../../src/errors.ts';
import { parseToken, readToken } from '../../src/token/sources.ts';
import { createFolder } from '../support/folder.ts';

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
    ['as it is', TOKEN],
    ['with the newline of an editor', `${TOKEN}\n`],
    ['with the line end of Windows', `${TOKEN}\r\n`],
    ['with white space around', `  \t${TOKEN} \n\n`],
    ['with a byte order mark', `\uFEFF${TOKEN}`],
  ])('is read %s', (_, text) => {
    expect(parseToken(text, 'test')).toBe(TOKEN);
  });

  test('may be opaque', () => {
    expect(parseToken('a1B2-_.~+/==', 'test')).toBe('a1B2-_.~+/==');
  });

  test.each([
    ['blank', '', 'is blank'],
    ['white space alone', ' \n', 'is blank'],
    ['two words', `Bearer ${TOKEN}`, 'has white space inside'],
    ['two lines', `${TOKEN}\n${TOKEN}`, 'has white space inside'],
    ['a header injection', `${TOKEN}\r\nx-evil: 1`, 'has white space inside'],
    ['a control character', `${TOKEN}\0`, 'has control characters inside'],
    ['quotes around it', `"${TOKEN}"`, 'has characters that no bearer token has'],
    ['a look-alike letter', `${TOKEN}\u0435`, 'has characters that no bearer token has'],
    ['no end', 'a'.repeat(20_000), 'is longer than 16384 characters'],
  ])('is refused when it is or has %s, and no character of it is told', (_, text, problem) => {
    const error = failureOf(() => parseToken(text, 'MKIO_TOKEN (environment)'));
    expect([error.code, error.exit]).toEqual(['TOKEN_UNAVAILABLE', 3]);
    expect(error.message).toBe(`the token of MKIO_TOKEN (environment) ${problem}`);
    expect(`${error.message}${error.hint}`).not.toMatch(/eyJ|canary|aaa/);
  });
});

describe('The token source', () => {
  const origins = { token: '.env', tokenFile: 'flag --token-file' };

  test.each([
    [0o600, undefined],
    [0o400, undefined],
    [0o640, 0o640],
    [0o604, 0o604],
  ])('is a file that others can read, or not, with mode %i', (mode, told) => {
    const path = join(createFolder({ token: TOKEN }), 'token');
    chmodSync(path, mode);
    expect(readToken({ value: undefined, file: path }).exposed).toEqual(told && { path, mode: told });
  });

  test('is the setting', () => {
    expect(readToken({ value: TOKEN, file: undefined }, origins)).toEqual({
      token: TOKEN,
      source: 'MKIO_TOKEN (.env)',
    });
  });

  test('is the file', () => {
    const file = join(createFolder({ token: `${TOKEN}\n` }), 'token');
    const source = `MKIO_TOKEN_FILE ${file} (flag --token-file)`;
    chmodSync(file, 0o600);
    expect(readToken({ value: undefined, file }, origins)).toEqual({ token: TOKEN, source });
  });

  test('that is missing says which settings give one', () => {
    const { code, message } = failureOf(() => readToken({ value: undefined, file: undefined }, origins));
    expect([code, message]).toEqual(['TOKEN_UNAVAILABLE', 'no token: neither MKIO_TOKEN nor MKIO_TOKEN_FILE is set']);
  });

  test('that cannot be read says why', () => {
    const folder = createFolder({ empty: '\n' });
    const messageOf = (file: string) => failureOf(() => readToken({ value: undefined, file })).message;
    expect(messageOf(join(folder, 'none'))).toMatch(/cannot be read \(ENOENT\)/);
    expect(messageOf(folder)).toMatch(/cannot be read \(EISDIR\)/);
    expect(messageOf(join(folder, 'empty'))).toMatch(/is blank/);
  });
});
