import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEchoMask } from '../../src/forward/echo.ts';
import type { Encodings } from '../../src/secrets/encodings.ts';
import { createEncodings } from '../../src/secrets/encodings.ts';

const LINE_FEED = 0x0a;
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl-_x';
const SLASHED = 'Mk+io/Tok~eN=.A-b_0123456789==';
const encodings = createEncodings([TOKEN, SLASHED]);

const everyByte = (text: string) => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16)}`).join('');
const inJson = (text: string) => text.replaceAll('/', String.raw`\/`).replaceAll('+', String.raw`\u002B`);
const wrap = (text: string, gap: string) => text.replace(/.{20}/g, `$&${gap}`);
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
  ['in hex with blanks', (token) => Buffer.from(token).toString('hex').replace(/../g, '$& ')],
  ['in base64 of lines', (token) => wrap(Buffer.from(token).toString('base64'), '\r\n')],
  ['in base64 of indented lines', (token) => wrap(Buffer.from(token).toString('base64'), '\n      ')],
  ['in base64 of lines in JSON', (token) => wrap(Buffer.from(token).toString('base64'), String.raw`\r\n`)],
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
      // A chunk that ends a line leaves whole.
      if (body[at - 1] === LINE_FEED) continue;
      expect(mask([body.subarray(0, at), body.subarray(at)]).equals(masked)).toBe(true);
    }
    if (body.includes(LINE_FEED)) return;
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

test('only characters of tokens at the end of a chunk are held back', () => {
  const echo = createEchoMask(encodings);
  expect(echo.push(Buffer.from(`{"a":"${TOKEN.slice(0, 9)}`)).toString()).toBe('{"a":"');
  expect(echo.push(Buffer.from('else"')).toString()).toBe(`${TOKEN.slice(0, 9)}else"`);
  expect(echo.flush()).toHaveLength(0);
});

test('a chunk that ends a line leaves whole, and a token that begins in it is masked from there on', () => {
  const echo = createEchoMask(encodings);
  const base64 = Buffer.from(TOKEN).toString('base64');
  const [first, second] = [`${base64.slice(0, 40)}\n`, `${base64.slice(40)}"`];
  expect(echo.push(Buffer.from(first)).toString()).toBe(first);
  expect(echo.push(Buffer.from(second)).toString()).toMatch(/^\*+A=="$/);
});

test('released bytes are masked if they hold a token, and a token that begins in them is masked from there on', () => {
  const echo = createEchoMask(encodings);
  expect(echo.push(Buffer.from(`"${TOKEN} ${TOKEN.slice(0, 9)}`)).toString()).toBe('"');
  expect(echo.isHolding()).toBe(true);
  expect(echo.release().toString()).toBe(`${'*'.repeat(TOKEN.length)} ${TOKEN.slice(0, 9)}`);
  expect(echo.isHolding()).toBe(false);
  expect(echo.push(Buffer.from(`${TOKEN.slice(9)}"`)).toString()).toBe(`${'*'.repeat(TOKEN.length - 9)}"`);
});

describe('nothing but the length of a token shows in the sizes of chunks:', () => {
  const swap = (text: string) => text.replaceAll(/[A-Za-z0-9]/g, (char) => (char === 'z' ? 'y' : 'z'));
  const other = createEncodings([swap(TOKEN), swap(SLASHED)]);
  const sizes = (found: Encodings, chunks: readonly string[]) => {
    const echo = createEchoMask(found);
    return [...chunks.map((chunk) => echo.push(Buffer.from(chunk)).length), echo.release().length, echo.flush().length];
  };

  test('a guess of any length, in any encoding, at the end of any chunk', () => {
    const guess = fc.tuple(fc.constantFrom(...ways.map(([, encode]) => encode(TOKEN))), fc.nat(200), fc.nat(200));
    const part = fc.oneof(
      fc.string(),
      guess.map(([text, from, length]) => text.slice(from % text.length, (from % text.length) + length)),
      fc.constantFrom('"', '\n', ' ', '\\', '%', TOKEN, SLASHED),
    );
    fc.assert(
      fc.property(fc.array(fc.array(part).map((parts) => parts.join(''))), (chunks) => {
        expect(sizes(encodings, chunks)).toEqual(sizes(other, chunks));
      }),
    );
  });

  test.each(ways)('every beginning of a token %s', (_, encode) => {
    const echoed = encode(TOKEN);
    for (let length = 0; length <= echoed.length; length++) {
      const chunks = [`{"a":"!${echoed.slice(0, length)}`, '"}'];
      expect(sizes(encodings, chunks)).toEqual(sizes(other, chunks));
    }
  });
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
