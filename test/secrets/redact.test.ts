import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTokenMask } from '../../src/secrets/redact.ts';
import { createEchoMask } from '../../src/forward/echo.ts';
import { createEncodings } from '../../src/secrets/encodings.ts';

const SECRET = 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl-_x';
const maskOf = (secrets: readonly string[]) => createTokenMask(createEncodings(secrets));
const redact = maskOf([SECRET]);

describe('masking', () => {
  test('leaves every other text as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes(SECRET));
        expect(redact(text)).toBe(text);
      }),
    );
  });

  test('keeps what stands around a secret', () => {
    expect(redact(`a ${SECRET} b ${SECRET}`)).toBe('a [redacted] b [redacted]');
  });

  test.each(['base64', 'base64url'] as const)(
    'leaves no %s that decodes to a secret, whatever stands around it',
    (encoding) => {
      fc.assert(
        fc.property(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (before, after) => {
          const masked = redact(Buffer.from(before + SECRET + after).toString(encoding));
          for (const word of masked.split('[redacted]')) {
            for (let offset = 0; offset < 4; offset++) {
              expect(Buffer.from(word.slice(offset), encoding).toString('latin1')).not.toContain(SECRET.slice(0, 12));
            }
          }
        }),
      );
    },
  );

  test('finds a secret whichever of its characters are URL-encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('plain', 'lower', 'UPPER'), { minLength: 1 }), (ways) => {
        const encoded = Array.from(SECRET, (char, i) => encode(char, ways[i % ways.length])).join('');
        expect(redact(`?t=${encoded}&x`)).toBe('?t=[redacted]&x');
      }),
    );
  });

  test('leaves the text around a secret of one letter readable', () => {
    expect(maskOf(['x'])('{"level":"info","token":"x"}')).toBe('{"level":"info","token":"[redacted]"}');
  });

  test('stars a secret that goes on as a longer one, wherever the text is cut', () => {
    const [short, long] = ['abcdefgh-0123', 'abcdefgh-0123-ijklmnop'];
    for (let cut = 1; cut < long.length; cut++) {
      const { push, flush } = createEchoMask(createEncodings([short, long]));
      const pieces = [push(Buffer.from(`<${long.slice(0, cut)}`)), push(Buffer.from(`${long.slice(cut)}>`)), flush()];
      expect(Buffer.concat(pieces).toString()).toBe(`<${'*'.repeat(long.length)}>`);
    }
  });

  test('masks a secret that holds another one whole', () => {
    expect(maskOf(['abcdefgh', 'abcdefgh-ijkl'])('x abcdefgh-ijkl y')).toBe('x [redacted] y');
  });

  test('finds a secret that JSON escapes', () => {
    const slashed = 'Mk/io+Tok/en-0123456789';
    const mask = maskOf([slashed]);
    expect(mask(String.raw`"Mk\/io\u002bTok\u002Fen-0123456789"`)).toBe('"[redacted]"');
  });

  test.each([
    ['in hex', 'hex <[redacted]>', (text: string) => `hex <${Buffer.from(text).toString('hex')}>`],
    ['in hex in upper case', '[redacted].', (text: string) => `${Buffer.from(text).toString('hex').toUpperCase()}.`],
    ['that HTML escapes', '<b>[redacted]</b>', (text: string) => `<b>${inHtml(text, 10)}</b>`],
    ['that HTML escapes in hexadecimal', '"[redacted]"', (text: string) => `"${inHtml(text, 16)}"`],
    ['URL-encoded twice', 'to=[redacted]&', (text: string) => `to=${encodeURIComponent(encodeURIComponent(text))}&`],
  ])('finds a secret %s', (_, masked, write) => {
    const slashed = 'Mk/io+Tok/en-0123456789==';
    expect(maskOf([slashed])(write(slashed))).toBe(masked);
  });

  test('masks a secret that came later, too', () => {
    const held = ['first-secret-of-all'];
    const mask = maskOf(held);
    expect(mask('second-secret-of-all')).toBe('second-secret-of-all');
    held.push('second-secret-of-all');
    expect(mask('first-secret-of-all second-secret-of-all')).toBe('[redacted] [redacted]');
  });

  test('without secrets changes nothing', () => {
    expect(maskOf([])('a')).toBe('a');
    expect(maskOf([''])('a')).toBe('a');
  });
});

/** As template engines do: all but letters and digits become character references. */
const inHtml = (text: string, radix: 10 | 16): string =>
  text.replace(/\W/g, (char) => `&#${radix === 16 ? 'x' : ''}${char.charCodeAt(0).toString(radix).toUpperCase()};`);

function encode(char: string, way: string | undefined): string {
  if (way === 'plain') return char;
  const hex = char.charCodeAt(0).toString(16);
  return `%${way === 'lower' ? hex : hex.toUpperCase()}`;
}
