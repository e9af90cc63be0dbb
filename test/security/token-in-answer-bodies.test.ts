// The attack: a caller finds an endpoint that echoes requests (a debug endpoint, an error page, a gateway) and reads
// the proxy's token in the body. Encodings, compression and splits into chunks must not help.
import type { OutgoingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { TOKEN, call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const STARS = '*'.repeat(TOKEN.length);
const BODY = `{"error":{"code":"Bad","detail":"got Bearer ${TOKEN}"},"ref":"1"}`;
const SHOWN = BODY.replace(TOKEN, STARS);

const types = [
  'application/json',
  'application/problem+json; charset=utf-8',
  'text/plain',
  'text/html; charset=utf-8',
  'application/xml',
  'application/soap+xml',
  'application/javascript',
  'application/x-www-form-urlencoded',
  'application/yaml',
  'application/vnd.nobody-knows',
  'image/svg+xml',
  'message/http',
  'multipart/mixed; boundary=b',
];

describe('a body that echoes the token is masked and keeps its length', () => {
  test.each(types.flatMap((type) => [200, 401].map((status): [string, number] => [type, status])))(
    '%s with status %i',
    async (type, status) => {
      const answer = await ask(BODY, { 'content-type': type }, status);

      expect([answer.status, answer.text]).toEqual([status, SHOWN]);
      expect(answer.headers['content-length']).toBe(String(BODY.length));
    },
  );

  test('without a Content-Type', async () => {
    expect((await ask(BODY, {})).text).toBe(SHOWN);
  });

  test.each(['GET', 'POST', 'DELETE'])('to %s', async (method) => {
    expect((await ask(BODY, { 'content-type': 'application/json' }, 200, method)).text).toBe(SHOWN);
  });

  test('in base64, as in Basic credentials', async () => {
    const { text } = await ask(Buffer.from(`user:${TOKEN}`).toString('base64'), { 'content-type': 'text/plain' });

    expect(Buffer.from(text, 'base64').toString('latin1')).not.toContain(TOKEN.slice(0, 20));
  });

  test.each(['text/plain', 'application/json'])('as %s with the token split across chunks', async (type) => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-type': type });
      void (async () => {
        for (let at = 0; at < BODY.length; at += 150) {
          response.write(BODY.slice(at, at + 150));
          await sleep(10);
        }
        response.end();
      })();
    });
    const proxy = await startTestProxy(upstream);

    expect((await call(proxy, '/api/v1/x')).text).toBe(SHOWN);
  });

  test('and its digest is dropped if the list arrives in one piece', async () => {
    const { headers } = await ask(BODY, { 'content-type': 'application/json', 'content-digest': 'sha-256=:x:' });

    expect(headers['content-digest']).toBeUndefined();
  });

  test('in a range', async () => {
    const headers = { 'content-type': 'text/plain', 'content-range': `bytes 0-${BODY.length - 1}/9999` };
    const answer = await ask(BODY, headers, 206);

    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([
      206,
      SHOWN,
      headers['content-range'],
    ]);
  });
});

const codings: [string, (text: string) => Buffer][] = [
  ['gzip', (text) => gzipSync(text)],
  ['br', (text) => brotliCompressSync(text)],
  ['deflate', (text) => deflateSync(text)],
];

describe('a compressed body', () => {
  test.each(codings)('in %s that echoes the token is masked and sent uncompressed', async (coding, encode) => {
    const answer = await ask(encode(BODY), { 'content-type': 'text/plain', 'content-encoding': coding }, 400);

    expect([answer.status, answer.text]).toEqual([400, SHOWN]);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['content-length']).toBe(String(BODY.length));
  });

  test.each(codings)('of a list, in %s, is masked when it is decoded for link rewriting', async (coding, encode) => {
    const answer = await ask(encode(BODY), { 'content-type': 'application/json', 'content-encoding': coding });

    expect(answer.text).toBe(SHOWN);
  });

  test.each(codings)('in %s without the token is unchanged', async (coding, encode) => {
    const body = encode('no secret here');
    const answer = await ask(body, { 'content-type': 'text/plain', 'content-encoding': coding }, 400);

    expect(answer.body.equals(body)).toBe(true);
    expect(answer.headers).toMatchObject({ 'content-encoding': coding, 'content-length': String(body.length) });
  });

  test.each([
    ['that does not decode', Buffer.from('no gzip')],
    ['that decodes to more than 1 MB', gzipSync(Buffer.alloc(3_000_000))],
    [
      'that is larger than 64 KB',
      gzipSync(Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) % 251)), { level: 0 }),
    ],
  ])('%s is unchanged', async (_, body) => {
    const answer = await ask(body, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });

    expect(answer.body.equals(body)).toBe(true);
  });

  test('that is a range is unchanged', async () => {
    const body = gzipSync(BODY).subarray(0, 100);
    const answer = await ask(body, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }, 206);

    expect(answer.body.equals(body)).toBe(true);
  });

  test('that the upstream truncates is not shown as complete', async () => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip', 'content-length': 500 });
      response.write('half', () => response.destroy());
    });
    const proxy = await startTestProxy(upstream);

    await expect(call(proxy, '/api/v1/x')).rejects.toThrow();
    expect(await proxy.exchange()).toMatchObject({ ending: 'truncated' });
  });
});

test.each(['video/mp4', 'image/png', 'application/octet-stream', 'application/zip'])(
  '%s is never changed',
  async (type) => {
    const { text } = await ask(BODY, { 'content-type': type });
    expect(text).toBe(BODY);
  },
);

test('HEAD of a compressed text keeps its headers', async () => {
  const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
  const answer = await ask(gzipSync(BODY), headers, 200, 'HEAD');
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(gzipSync(BODY).length) });
});

test('an earlier token of this process is masked, too', async () => {
  const held = ['the-token-of-2026-11-30', TOKEN];
  const { text } = await ask('<the-token-of-2026-11-30>', { 'content-type': 'text/plain' }, 200, 'GET', held);
  expect(text).toBe(`<${'*'.repeat(23)}>`);
});

async function ask(body: string | Buffer, headers: OutgoingHttpHeaders, status = 200, method = 'GET', held = [TOKEN]) {
  const upstream = await startUpstream((_, response) => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
  });
  const proxy = await startTestProxy({ ...upstream, token: { current: () => TOKEN, held } });
  return await call(proxy, '/api/v1/x', { method });
}
