import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw, sendRaw } from '../support/raw.ts';
import { startAnswering, startRawUpstream, startUpstream } from '../support/upstream.ts';

const text = 'MK.IO '.repeat(1000);
const untouched: [string, OutgoingHttpHeaders, Buffer, boolean][] = [
  ['gzip text', { 'content-type': 'text/plain', 'content-encoding': 'gzip' }, gzipSync(text), true],
  ['br text', { 'content-type': 'text/plain', 'content-encoding': 'br' }, brotliCompressSync(text), true],
  ['an image in an unknown encoding', { 'content-type': 'image/png', 'content-encoding': 'x' }, Buffer.from('a'), true],
  [
    'gzip JSON without link rewriting',
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    gzipSync('{}'),
    false,
  ],
  [
    'br JSON without link rewriting',
    { 'content-type': 'application/json', 'content-encoding': 'br' },
    brotliCompressSync('{}'),
    false,
  ],
  ['malformed JSON', { 'content-type': 'application/json' }, Buffer.from('{"a":1,,\xff'), true],
  ['bytes without a type', {}, Buffer.from([0, 255, 13, 10, 128]), true],
];

const types: [string, string][] = [
  ['bytes', 'Content-Type: application/octet-stream\r\nContent-Length: 2\r\n'],
  ['text', 'Content-Type: text/plain\r\nContent-Length: 2\r\n'],
  ['a JSON list', 'Content-Type: application/json\r\nContent-Length: 2\r\n'],
  ['a JSON list in gzip', 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n'],
];

describe('a head is forwarded at once, before any byte of its body', () => {
  test.each(types)('%s', async (_, fields) => {
    const { origin } = await startAnswering(`HTTP/1.1 200 OK\r\n${fields}\r\n`);
    const proxy = await startTestProxy({ origin });
    const caller = await openRaw(proxy.port);

    caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');

    expect(await caller.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

test.each(['chunked ', 'Chunked'])('an answer of Transfer-Encoding "%s" is chunked', async (coding) => {
  const { origin } = await startAnswering(
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
  );
  const proxy = await startTestProxy({ origin });

  const answer = await call(proxy, '/api/v1/x');

  expect([answer.status, answer.text]).toEqual([200, 'ok']);
});

describe('an answer body is forwarded unchanged', () => {
  test.each(untouched)('%s', async (_, headers, body, rewriteLinks) => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
    });
    const proxy = await startTestProxy({ ...upstream, listener: { rewriteLinks } });

    const answer = await call(proxy, '/api/v1/x', { headers: { 'accept-encoding': 'gzip, br' } });

    expect(answer.body.equals(body)).toBe(true);
    expect(answer.headers['content-encoding']).toBe(headers['content-encoding']);
    expect(answer.headers['content-length']).toBe(String(body.length));
  });

  test('an error of MK.IO, its status included', async () => {
    const body = '{"error":{"code":"NotFound","detail":"no such asset"},"status":404,"ref":"abc"}';
    const upstream = await startUpstream((_, response) => {
      response.writeHead(404, { 'content-type': 'application/json' }).end(body);
    });
    const proxy = await startTestProxy(upstream);

    const answer = await call(proxy, '/api/v1/x');

    expect([answer.status, answer.text]).toEqual([404, body]);
    expect(answer.headers['x-mkio-proxy-error']).toBeUndefined();
    expect(answer.headers['proxy-status']).toBeUndefined();
  });

  test('a range: 206 with its Content-Range', async () => {
    const upstream = await startUpstream((request, response) => {
      response.writeHead(206, {
        'content-range': 'bytes 2-4/10',
        'accept-ranges': 'bytes',
        'x-range': request.headers.range,
      });
      response.end('cde');
    });
    const proxy = await startTestProxy(upstream);

    const answer = await call(proxy, '/api/v1/x', { headers: { range: 'bytes=2-4' } });

    expect([answer.status, answer.text]).toEqual([206, 'cde']);
    expect(answer.headers).toMatchObject({
      'content-range': 'bytes 2-4/10',
      'accept-ranges': 'bytes',
      'x-range': 'bytes=2-4',
    });
  });

  test('a range of JSON', async () => {
    const part = Buffer.alloc(100, '"@odata.nextLink":"x"');
    const upstream = await startUpstream((_, response) => {
      response.writeHead(206, { 'content-type': 'application/json', 'content-range': 'bytes 0-99/200' }).end(part);
    });
    const proxy = await startTestProxy(upstream);

    expect((await call(proxy, '/api/v1/x')).body.equals(part)).toBe(true);
  });

  test('a body that ends with the connection', async () => {
    const { origin } = await startRawUpstream((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end'),
    );
    const proxy = await startTestProxy({ origin });

    expect((await call(proxy, '/api/v1/x')).text).toBe('to the end');
  });

  test('a body for an HTTP/1.0 caller ends with the connection', async () => {
    const upstream = await startUpstream((_, response) => {
      response.write('a');
      response.end('b');
    });
    const proxy = await startTestProxy(upstream);

    const received = await sendRaw(proxy.port, 'GET /api/v1/x HTTP/1.0\r\nHost: localhost\r\n\r\n');

    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received.toLowerCase()).not.toContain('transfer-encoding');
    expect(received).toMatch(/\r\n\r\nab$/);
  });
});

const bodyless: [string, string, string][] = [
  ['HEAD with Content-Length', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n'],
  ['HEAD with chunked', 'HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['204', 'DELETE', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['204 with Content-Length', 'DELETE', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'],
  ['204 with Content-Length: 0', 'DELETE', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'],
  ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'],
  ['304 with Content-Length', 'GET', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 1234\r\n\r\n'],
];

describe('an answer without a body ends after its head, and the connection stays usable', () => {
  test.each(bodyless)('%s', async (_, method, answer) => {
    const { origin } = await startAnswering(answer);
    const proxy = await startTestProxy({ origin });
    const connection = await openRaw(proxy.port);
    const status = answer.slice(9, 12);

    connection.write(`${method} /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const first = await connection.until('\r\n\r\n');
    connection.write('GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await connection.ended;

    expect(first.slice(9, 12)).toBe(status);
    const second = connection.received().slice(first.indexOf('\r\n\r\n') + 4);
    expect(second).toMatch(/^HTTP\/1\.1 404 /);
  });

  test.each(bodyless)('%s: the upstream connection stays usable too', async (_, method, answer) => {
    const { origin } = await startAnswering(answer);
    const proxy = await startTestProxy({ origin });

    const statuses = [
      (await call(proxy, '/api/v1/x', { method })).status,
      (await call(proxy, '/api/v1/y', { method })).status,
    ];

    expect(statuses).toEqual([Number(answer.slice(9, 12)), Number(answer.slice(9, 12))]);
  });

  test('HEAD and 304 keep their Content-Length, 204 has none', async () => {
    const lengths: (string | undefined)[] = [];
    for (const [, method, answer] of bodyless.filter(([name]) => name.includes('Content-Length'))) {
      const { origin } = await startAnswering(answer);
      const proxy = await startTestProxy({ origin });
      lengths.push((await call(proxy, '/api/v1/x', { method })).headers['content-length']);
    }

    expect(lengths).toEqual(['1234', undefined, undefined, '1234']);
  });
});
