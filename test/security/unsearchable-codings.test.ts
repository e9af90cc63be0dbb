// The attack: a caller asks for an answer in a coding that the proxy cannot decode, such as zstd, and has the token echoed
// in it. The search would miss the token. Such codings are not offered to MK.IO, and an answer in one is withheld.
import type { OutgoingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { call, startTestProxy, TOKEN } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

describe('Accept-Encoding', () => {
  test.each([
    ['gzip, deflate, br, zstd', 'gzip, deflate, br'],
    ['zstd', 'identity'],
    ['*', 'identity'],
    ['*;q=0.5, br;q=1.0', 'br;q=1.0'],
    ['ZSTD;q=1, GZip;q=0.5', 'GZip;q=0.5'],
    ['compress, x-compress, gzip ; q=0.8', 'gzip ; q=0.8'],
    ['dcb, dcz, br;q=0.001', 'br;q=0.001'],
    ['gzip;x="a, br"', 'identity'],
    ['identity;q=0, zstd', 'identity;q=0'],
    ['gzip,deflate,br', 'gzip,deflate,br'],
    ['gzip;q=1.0, identity; q=0.5', 'gzip;q=1.0, identity; q=0.5'],
  ])('%s leaves as %s', async (asked, leaves) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', `Accept-Encoding: ${asked}`);

    expect(upstream.seen[0]?.headers['accept-encoding']).toBe(leaves);
  });

  test('is limited on every line', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const lines = ['Accept-Encoding: gzip, zstd', 'ACCEPT-ENCODING: br, compress'];
    await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', ...lines);

    expect(upstream.seen[0]?.rawHeaders.filter((text) => /gzip|br|zstd|compress/.test(text))).toEqual(['gzip', 'br']);
  });
});

describe('an answer in a coding that cannot be searched', () => {
  const ask = async (headers: OutgoingHttpHeaders, method = 'GET', status = 200) => {
    const upstream = await startUpstream((_, response) => response.writeHead(status, headers).end(TOKEN));
    return await call(await startTestProxy(upstream), '/api/v1/x', { method });
  };

  test.each(['zstd', 'compress', 'x', 'gzip, gzip', 'br, gzip', 'gzip, zstd', 'utf-8', '__proto__'])(
    'is withheld: %s',
    async (coding) => {
      for (const type of ['application/json', 'text/plain', undefined]) {
        for (const [method, status] of [
          ['GET', 200],
          ['POST', 400],
          ['DELETE', 401],
        ] as const) {
          const headers = { 'content-encoding': coding, ...(type !== undefined && { 'content-type': type }) };
          const answer = await ask(headers, method, status);
          expect([answer.status, answer.headers['x-mkio-proxy-error']]).toEqual([502, 'UPSTREAM_INVALID']);
          expect(answer.text).toContain('The request may have taken effect.');
          expect(answer.text).not.toContain(TOKEN);
        }
      }
    },
  );

  test('is forwarded if its type holds no text', async () => {
    const answer = await ask({ 'content-type': 'video/mp4', 'content-encoding': 'zstd' });
    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, 'zstd']);
  });

  test.each([
    ['HEAD', 200],
    ['GET', 304],
    ['DELETE', 204],
  ])('is forwarded if it has no body: %s, %s', async (method, status) => {
    const answer = await ask({ 'content-type': 'text/plain', 'content-encoding': 'zstd' }, method, status);
    expect([answer.status, answer.text]).toEqual([status, '']);
  });
});

test('one known coding beside identity is searched', async () => {
  const body = gzipSync(`said ${TOKEN}`);
  const headers = { 'content-type': 'text/plain', 'content-encoding': 'identity, gzip', 'content-length': body.length };
  const upstream = await startUpstream((_, response) => response.writeHead(400, headers).end(body));

  const { text } = await call(await startTestProxy(upstream), '/api/v1/x');

  expect(text).toBe(`said ${'*'.repeat(TOKEN.length)}`);
});
