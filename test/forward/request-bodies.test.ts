import { createHash, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const MB = 1024 * 1024;
const BLOCK = randomBytes(MB);

/** Echoes the body and reports its framing. */
const echo: RequestListener = (request, response) => {
  const { 'content-length': length, 'transfer-encoding': encoding, 'content-type': type } = request.headers;
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'x-framing': length ?? encoding,
    'x-type': type ?? '',
  });
  request.pipe(response);
};

const bodies: [string, string, string | Buffer][] = [
  ['text/plain of 2 MB', 'text/plain', 'x'.repeat(2 * MB)],
  ['malformed JSON', 'application/json', '{"a":1,,}'],
  [
    'JSON with __proto__ and constructor keys',
    'application/json',
    '{"__proto__":{"a":1},"constructor":{"prototype":{}}}',
  ],
  ['JSON with a byte order mark', 'application/json; charset=utf-8', '\ufeff{"a":1}'],
  ['an invalid Content-Type', 'garbage///', 'a'],
  ['an empty Content-Type', '', 'a'],
  ['form fields', 'application/x-www-form-urlencoded', 'a=1&a=2&b=%zz'],
  ['an unterminated multipart form', 'multipart/form-data; boundary=x', '--x\r\n\r\nhello'],
  ['bytes of every value', 'application/octet-stream', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
];

describe('a request body is forwarded unparsed', () => {
  test.each(bodies)('%s', async (_, type, body) => {
    const upstream = await startUpstream(echo);
    const proxy = await startTestProxy(upstream);

    const answer = await call(proxy, '/api/v1/x', {
      method: 'POST',
      headers: { 'content-type': type, 'content-length': Buffer.byteLength(body) },
      body,
    });

    expect(answer.status).toBe(200);
    expect(answer.body.equals(Buffer.from(body))).toBe(true);
    expect(answer.headers['x-framing']).toBe(String(Buffer.byteLength(body)));
    expect(answer.headers['x-type']).toBe(type);
  });

  test('a chunked upload of 20 MB returns unchanged', async () => {
    const upstream = await startUpstream(echo);
    const proxy = await startTestProxy(upstream);
    const sent = createHash('sha256');
    const body = Readable.from(
      (function* () {
        for (let i = 0; i < 20; i++) {
          sent.update(BLOCK);
          yield BLOCK;
        }
      })(),
    );

    const answer = await call(proxy, '/api/v1/x', {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body,
    });

    expect(answer.headers['x-framing']).toBe('chunked');
    expect(answer.body.length).toBe(20 * MB);
    expect(createHash('sha256').update(answer.body).digest('hex')).toBe(sent.digest('hex'));
  });

  test.each(['GET', 'DELETE', 'OPTIONS', 'PATCH'])('%s has a body if the caller sends one', async (method) => {
    const upstream = await startUpstream(echo);
    const proxy = await startTestProxy(upstream);

    const answer = await call(proxy, '/api/v1/x', { method, headers: { 'content-length': 5 }, body: 'hello' });

    expect(answer.text).toBe('hello');
    expect(answer.headers['x-framing']).toBe('5');
  });
});
