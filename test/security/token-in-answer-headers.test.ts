// The attack: an upstream or a gateway echoes the request in a header, for example in a redirect to a login page.
// The caller could read the token there, in any encoding.
import { describe, expect, test } from 'vitest';
import { TOKEN, startTestProxy } from '../support/proxy.ts';
import type { RawAnswer } from '../support/raw.ts';
import { askRaw } from '../support/raw.ts';
import { startAnswering } from '../support/upstream.ts';

// An opaque token with characters that encodings change.
const OPAQUE = 'Mk+io/Tok~eN=.A-b_C!d$E&f0123456789==';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const everyByte = (text: string) => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16)}`).join('');
const lowerEscapes = (text: string) => encodeURIComponent(text).replace(/%../g, (escape) => escape.toLowerCase());
const punctuation = (text: string) => text.replace(/[^a-z0-9]/gi, (char) => `%${char.charCodeAt(0).toString(16)}`);

const encodings: [string, (token: string) => string][] = [
  ['unencoded', (token) => token],
  ['after its scheme', (token) => `Bearer ${token}`],
  ['in the middle of a word', (token) => `a${token}b`],
  ['twice', (token) => `${token},${token}`],
  ['in base64 at offset 0', (token) => base64(token)],
  ['in base64 at offset 1', (token) => base64(`:${token}`)],
  ['in base64 at offset 2', (token) => base64(`a:${token}`)],
  ['in base64 with more text', (token) => base64(`user:${token}\r\nhost: x`)],
  ['in base64url at offset 0', (token) => base64url(token)],
  ['in base64url at offset 1', (token) => base64url(`?${token}?`)],
  ['in base64url at offset 2', (token) => base64url(`??${token}??`)],
  ['URL-encoded', (token) => encodeURIComponent(token)],
  ['URL-encoded with lower-case escapes', lowerEscapes],
  ['URL-encoded except for letters and digits', punctuation],
  ['URL-encoded byte by byte', everyByte],
  ['URL-encoded twice', (token) => encodeURIComponent(encodeURIComponent(token))],
  ['in hex', (token) => Buffer.from(token).toString('hex')],
  ['in upper-case hex', (token) => Buffer.from(token).toString('hex').toUpperCase()],
  ['URL-encoded byte by byte in upper case', (token) => everyByte(token).toUpperCase()],
];

describe.each([
  ['a JWT', TOKEN],
  ['an opaque token', OPAQUE],
])('%s that is echoed', (_, token) => {
  test.each(encodings)('%s is masked in a header', async (_name, encode) => {
    const answer = await askBehind(token, `X-Echo: before ${encode(token)} after`);

    expectNoToken(answer, token, encode);
    expect(answer.field('x-echo')).toMatch(/^before .* after$/);
    expect(answer.body).toBe('ok');
  });

  test.each(encodings)('%s is masked in Location', async (_name, encode) => {
    const answer = await askBehind(token, `Location: https://login.example/?t=${encode(token)}`);

    expectNoToken(answer, token, encode);
    expect(answer.field('location')).toMatch(/^https:\/\/login\.example\/\?t=/);
  });

  test('in the reason phrase never reaches the caller', async () => {
    const answer = await askBehind(token, 'X-A: b', token);

    expectNoToken(answer, token, (text) => text);
    expect(answer.reason).toBe('OK');
  });
});

describe.each(['lowercase0123456789token', 'MixedCase0123456789Token'])('%s', (token) => {
  test('is masked in a header name, and the answer arrives', async () => {
    const answer = await askBehind(token, `X-${token}-Echo: 1`);

    expect(answer.lines.join('\n')).not.toContain(token);
    expect([answer.status, answer.body]).toEqual([200, 'ok']);
  });
});

/** Expects neither the encoded text nor, after base64 decoding of each word, the token. */
function expectNoToken(answer: RawAnswer, token: string, encode: (token: string) => string): void {
  const head = [answer.reason, ...answer.lines].join('\n');
  expect(head).not.toContain(encode(token));
  expect(head).not.toContain(token);
  expect(decodeURIComponent(head.replace(/%(?![0-9a-f]{2})/gi, '%25'))).not.toContain(token);
  for (const word of head.split(/[^A-Za-z0-9+/_=-]+/)) {
    for (let offset = 0; offset < 4; offset++) {
      expect(Buffer.from(word.slice(offset), 'base64').toString('latin1')).not.toContain(token);
    }
  }
}

async function askBehind(token: string, line: string, reason = 'OK'): Promise<RawAnswer> {
  const { origin } = await startAnswering(`HTTP/1.1 200 ${reason}\r\n${line}\r\nContent-Length: 2\r\n\r\nok`);
  const proxy = await startTestProxy({ origin, token: { current: () => token, held: [token] } });
  return await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost');
}
