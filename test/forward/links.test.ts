import type { OutgoingHttpHeaders } from 'node:http';
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** A first page in MK.IO's shape; its link leads to the last page. */
const list = (origin: string, items: unknown[] = []) =>
  JSON.stringify({ value: items, '@odata.nextLink': `${origin}/api/v1/assets?$skiptoken=2` });

const encodings: [string, OutgoingHttpHeaders, (text: string) => Buffer][] = [
  ['plain', {}, (text) => Buffer.from(text)],
  ['gzip', { 'content-encoding': 'gzip' }, (text) => gzipSync(text)],
  ['x-gzip', { 'content-encoding': 'x-gzip' }, (text) => gzipSync(text)],
  ['GZIP', { 'content-encoding': 'GZIP' }, (text) => gzipSync(text)],
  ['br', { 'content-encoding': 'br' }, (text) => brotliCompressSync(text)],
  ['deflate', { 'content-encoding': 'deflate' }, (text) => deflateSync(text)],
  ['raw deflate', { 'content-encoding': 'deflate' }, (text) => deflateRawSync(text)],
  ['gzip, identity', { 'content-encoding': 'gzip, identity' }, (text) => gzipSync(text)],
];

describe('the link of a list is mapped to the proxy', () => {
  test.each(encodings)('in %s', async (_, headers, encode) => {
    const { proxy, ask } = await startList((origin) => encode(list(origin)), { ...JSON_TYPE, ...headers });

    const answer = await ask();

    expect(answer.text).toBe(list(proxy.address));
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['content-length'] ?? String(answer.body.length)).toBe(String(answer.body.length));
  });

  test('at the address that the caller used', async () => {
    const { proxy, ask } = await startList((origin) => Buffer.from(list(origin)), JSON_TYPE);

    const answer = await ask({ host: `localhost:${proxy.port}` });

    expect(answer.text).toBe(list(`http://localhost:${proxy.port}`));
  });

  test('with the right Content-Length if the list arrives in one piece', async () => {
    const { proxy, ask } = await startList((origin) => Buffer.from(list(origin)), JSON_TYPE);

    const answer = await ask();

    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(list(proxy.address))));
    expect(answer.headers['transfer-encoding']).toBeUndefined();
  });

  test('without the digests and ranges of the original bytes', async () => {
    const about = {
      'content-md5': 'a',
      'content-digest': 'b',
      'repr-digest': 'c',
      digest: 'd',
      'accept-ranges': 'bytes',
    };
    const { ask } = await startList((origin) => Buffer.from(list(origin)), { ...JSON_TYPE, ...about });

    const { headers } = await ask();

    for (const name of Object.keys(about)) expect(headers[name]).toBeUndefined();
  });

  test('and leads to the next page of the upstream', async () => {
    const { ask, upstream } = await startList((origin) => Buffer.from(list(origin)), JSON_TYPE);
    const { '@odata.nextLink': next } = JSON.parse((await ask()).text) as { '@odata.nextLink': string };

    expect((await fetch(next)).status).toBe(200);
    expect(upstream.seen.at(-1)?.url).toBe('/api/v1/assets?$skiptoken=2');
  });
});

describe('the bytes of a list are unchanged', () => {
  test('if its link is relative, with its length and digest', async () => {
    const body = Buffer.from(list(''));
    const { ask } = await startList(() => body, { ...JSON_TYPE, 'content-digest': 'x', 'accept-ranges': 'bytes' });

    const answer = await ask();

    expect(answer.body.equals(body)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-length': String(body.length),
      'content-digest': 'x',
      'accept-ranges': 'bytes',
    });
  });

  test('if MKIO_PROXY_REWRITE_LINKS is off', async () => {
    const { origin, ask } = await startList(
      (base) => gzipSync(list(base)),
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      false,
    );

    const answer = await ask();

    expect(gunzipSync(answer.body).toString()).toBe(list(origin));
    expect(answer.headers['content-encoding']).toBe('gzip');
  });

  test('if the answer is not JSON', async () => {
    const { origin, ask } = await startList((base) => Buffer.from(list(base)), { 'content-type': 'text/plain' });

    expect((await ask()).text).toBe(list(origin));
  });

  test('if it is empty', async () => {
    const { ask } = await startList(() => Buffer.alloc(0), JSON_TYPE);

    const answer = await ask();

    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, '', '0']);
  });
});

describe('HEAD of a list', () => {
  test.each(encodings)('announces a Content-Length only if GET has the same, in %s', async (_, headers, encode) => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { ...JSON_TYPE, ...headers, 'content-length': encode(list('x')).length }).end();
    });
    const proxy = await startTestProxy(upstream);

    const answer = await call(proxy, '/api/v1/assets', { method: 'HEAD' });

    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers['content-length']).toBeUndefined();
    expect(answer.headers['content-encoding']).toBeUndefined();
  });
});

describe('a list of 5 MB', () => {
  const items = Array.from({ length: 50_000 }, (_, i) => ({
    name: `asset-${i}`,
    properties: { description: 'x'.repeat(60) },
  }));

  test('arrives complete, with a mapped link and without a Content-Length', async () => {
    const { proxy, ask } = await startList((origin) => Buffer.from(list(origin, items)), JSON_TYPE);

    const answer = await ask();

    expect(answer.body.length).toBeGreaterThan(5_000_000);
    expect(answer.text === list(proxy.address, items)).toBe(true);
    expect(answer.headers['content-length']).toBeUndefined();
  });

  test.each(['identity', 'gzip'])('starts to arrive before the upstream has finished, in %s', async (encoding) => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy(upstream);
    const caller = await openRaw(proxy.port);
    caller.write('GET /api/v1/assets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');

    const { response } = await upstream.next();
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding });
    const body = encoding === 'gzip' ? createGzip() : response;
    if (body !== response) body.pipe(response);
    body.write('{"value":[{"name":"first"},');
    if ('flush' in body) body.flush();
    await caller.until('{"name":"first"}');
    body.end(`{}],"@odata.nextLink":"${upstream.origin}/x"}`);
    await caller.until('"@odata.nextLink":"http://localhost/x"}');

    expect(await caller.ended).toBe('closed');
  });
});

async function startList(render: (origin: string) => Buffer, headers: OutgoingHttpHeaders, rewriteLinks = true) {
  let origin = '';
  const upstream = await startUpstream((_, response) => {
    const body = render(origin);
    response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
  });
  origin = upstream.origin;
  const proxy = await startTestProxy({ ...upstream, listener: { rewriteLinks } });
  return { origin, proxy, upstream, ask: (fields = {}) => call(proxy, '/api/v1/assets', { headers: fields }) };
}

test.each(['constructor', '__proto__', 'gzip, gzip', 'zstd'])(
  'a list with Content-Encoding %s, which was not offered, is withheld',
  async (coding) => {
    const { ask } = await startList(() => Buffer.from('{"any":"bytes"}'), { ...JSON_TYPE, 'content-encoding': coding });

    const answer = await ask();

    expect([answer.status, answer.headers['x-mkio-proxy-error']]).toEqual([502, 'UPSTREAM_INVALID']);
  },
);

test('an empty list in gzip is an empty answer', async () => {
  const { ask } = await startList(() => Buffer.alloc(0), { ...JSON_TYPE, 'content-encoding': 'gzip' });

  const answer = await ask();

  expect([answer.status, answer.text]).toEqual([200, '']);
});
