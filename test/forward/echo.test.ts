import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEchoMask } from '../../src/forward/echo.ts';
import { createEncodings } from '../../src/secrets/encodings.ts';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl-_x';
const SLASHED = 'Mk+io/Tok~eN=.A-b_0123456789==';
const encodings = createEncodings([TOKEN, SLASHED]);

const everyByte = (text: string) => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16)}`).join('');
const inJson = (text: string) => text.replaceAll('/', String.raw`\/`).replaceAll('+', String.raw`\u002B`);
const ways: [string, (token: string) => string][] = [
  ['unencoded', (token) => token],
  ['URL-encoded', encodeURIComponent],
  ['URL-encoded byte by byte', everyByte],
  ['escaped in JSON', inJson],
  ['URL-encoded twice', (token) => encodeURIComponent(encodeURIComponent(token))],
  ['escaped in HTML', (token) => token.replace(/\W/g, (char) => `&#${char.charCodeAt(0)};`)],
  ['in hex', (token) => Buffer.from(token).toString('hex')],
  ['in base64 at offset 0', (token) => Buffer.from(`${token}\n`).toString('base64')],
  ['in base64 at offset 1', (token) => Buffer.from(`:${token}`).toString('base64')],
  ['in base64url at offset 2', (token) => Buffer.from(`a:${token}:b`).toString('base64url')],
];

describe.each([
  ['a JWT', TOKEN],
  ['an opaque token', SLASHED],
])('%s in a body', (_, token) => {
  test.each(ways)('%s is masked by the same number of bytes, for any split into chunks', (_name, encode) => {
    const echoed = encode(token);
    const body = Buffer.from(`{"a":"ü","h":"Bearer ${echoed}"} ${echoed}`);
    const masked = mask([Buffer.from(body)]);

    expect(masked).toHaveLength(body.length);
    expect(leaks(masked.toString(), token)).toBe(false);
    for (let at = 0; at <= body.length; at++) {
      expect(mask([body.subarray(0, at), body.subarray(at)]).equals(masked)).toBe(true);
    }
    expect(mask(Array.from(body, (byte) => Buffer.of(byte))).equals(masked)).toBe(true);
  });
});

describe('text without a token', () => {
  test('is unchanged for any split into chunks, even with the start of a token in it', () => {
    const part = fc.oneof(
      fc.string(),
      fc.integer({ min: 1, max: TOKEN.length - 1 }).map((length) => TOKEN.slice(0, length)),
      fc.constantFrom('%', '%6', String.raw`\u00`, '\\', 'eyJ'),
    );
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.nat(40)), (parts, sizes) => {
        const body = Buffer.from(parts.join('\n'));
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < body.length; i++) {
          const size = (sizes[i % sizes.length] ?? 7) + 1;
          chunks.push(body.subarray(at, at + size));
          at += size;
        }
        expect(mask(chunks).equals(body)).toBe(true);
      }),
    );
  });

  test('is the same Buffer if nothing is held back', () => {
    const chunk = Buffer.from('{"value":[]}');
    expect(createEchoMask(encodings).push(chunk)).toBe(chunk);
    expect(createEchoMask(encodings).whole(chunk)).toBe(chunk);
  });
});

test('only a possible start of a token is held back', () => {
  const echo = createEchoMask(encodings);
  expect(echo.push(Buffer.from(`{"a":"${TOKEN.slice(0, 9)}`)).toString()).toBe('{"a":"');
  expect(echo.push(Buffer.from('else"')).toString()).toBe(`${TOKEN.slice(0, 9)}else"`);
  expect(echo.flush()).toHaveLength(0);
});

test('held bytes are copied, because the memory of a chunk is released', () => {
  const echo = createEchoMask(encodings);
  const chunk = Buffer.from(`"${TOKEN.slice(0, 20)}`);
  echo.push(chunk);
  chunk.fill(0);
  expect(echo.flush().toString()).toBe(TOKEN.slice(0, 20));
});

function mask(chunks: readonly Buffer[]): Buffer {
  const echo = createEchoMask(encodings);
  return Buffer.concat([...chunks.map((chunk) => Buffer.from(echo.push(Buffer.from(chunk)))), echo.flush()]);
}

function leaks(text: string, token: string): boolean {
  const decoded = [
    text,
    decodeURIComponent(text),
    decodeURIComponent(decodeURIComponent(text)),
    text.replaceAll(String.raw`\/`, '/').replaceAll('\\u002B', '+'),
    text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
    ...(text.match(/(?:[\da-f]{2}){8,}/g) ?? []).map((hex) => Buffer.from(hex, 'hex').toString('latin1')),
  ];
  for (const word of text.split(/[^A-Za-z0-9+/_=-]+/)) {
    for (let at = 0; at < 4; at++) decoded.push(Buffer.from(word.slice(at), 'base64').toString('latin1'));
  }
  return decoded.some((one) => one.includes(token));
}
