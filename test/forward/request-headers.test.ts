import { describe, expect, test } from 'vitest';
import { TOKEN, startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import type { SeenRequest } from '../support/upstream.ts';
import { startUpstream } from '../support/upstream.ts';

const passing = [
  'Accept: application/json;q=0.9',
  'Accept-Charset: utf-8',
  'Accept-Encoding: gzip, br',
  'Accept-Language: de',
  'Baggage: a=1',
  'Content-Disposition: inline',
  'Content-Encoding: gzip',
  'Content-Language: de',
  'Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==',
  'Content-Type: application/json',
  'Content-Digest: sha-256=:abc=:',
  'If-Match: "a", W/"b"',
  'If-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT',
  'If-None-Match: *',
  'If-Range: "a"',
  'If-Unmodified-Since: Sat, 29 Oct 1994 19:43:31 GMT',
  'Prefer: respond-async, wait=100',
  'Range: bytes=0-99',
  'Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'Tracestate: rojo=00f067aa0ba902b7',
  'User-Agent: curl/8.5.0',
  'X-Request-Id: from-the-caller',
  'x-ms-client-request-id: 7',
  'x-ms-correlation-request-id: 7',
  'x-ms-date: Sat, 29 Oct 1994 19:43:31 GMT',
  'x-ms-return-client-request-id: true',
  'x-ms-useragent: caf\xe9',
  'X-MS-Version: 2023-01-01',
  'Accept-Language:',
];

const staying = [
  'Cache-Control: no-cache',
  'DNT: 1',
  'Early-Data: 1',
  'Forwarded: for=1.2.3.4',
  'From: a@b',
  'Max-Forwards: 1',
  'Origin: http://localhost:3000',
  'Pragma: no-cache',
  'Referer: http://localhost:3000/secret',
  'Sec-Fetch-Site: same-origin',
  'TE: trailers',
  'Trailer: x-ms-checksum',
  'Via: 1.1 squid',
  'X-Api-Key: abc',
  'X-Forwarded-For: 1.2.3.4',
  'X-Forwarded-Host: evil.example',
  'X-HTTP-Method-Override: DELETE',
  'X-Original-URL: /api/v1/user/tokens',
  'X-Real-IP: 1.2.3.4',
  'X-Rewrite-URL: /admin',
  'x-correlation-id: 7',
  'x-mkio-trace: on',
  'x-ms-unknown: 1',
];

describe('the allow-list of request headers', () => {
  test('drops Upgrade-Insecure-Requests of a page of the proxy', async () => {
    const lines = ['Sec-Fetch-Site: same-origin', 'Upgrade-Insecure-Requests: 1'];

    expect(await valuesSeen(lines, 'upgrade-insecure-requests')).toEqual([]);
  });

  test.each(passing)('lets through %s', async (line) => {
    const [name, value] = parse(line);

    expect(await valuesSeen([line], name)).toEqual([value]);
  });

  test.each(staying)('drops %s', async (line) => {
    const [name] = parse(line);

    expect(await valuesSeen([line], name)).toEqual([]);
  });

  test('lets through headers added by a setting', async () => {
    const lines = ['X-Correlation-ID: 7', 'X-Other: 8'];
    const listener = { forwardHeaders: ['x-correlation-id'] };

    expect(await valuesSeen(lines, 'x-correlation-id', listener)).toEqual(['7']);
    expect(await valuesSeen(lines, 'x-other', listener)).toEqual([]);
  });

  test('keeps repeated lines separate and in order', async () => {
    expect(await valuesSeen(['If-Match: "a"', 'if-match: "b"'], 'if-match')).toEqual(['"a"', '"b"']);
  });
});

test('no header is added if the caller sends none', async () => {
  const { rawHeaders } = await seenWith([]);

  const names = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  expect(names.toSorted()).toEqual(['authorization', 'connection', 'host']);
});

test('the token is the only Authorization sent upstream', async () => {
  const { rawHeaders } = await seenWith([]);

  expect(valuesOf(rawHeaders, 'authorization')).toEqual([`Bearer ${TOKEN}`]);
});

test('Expect is answered by the proxy and not sent upstream', async () => {
  expect(await valuesSeen(['Expect: 100-continue', 'Content-Length: 0'], 'expect')).toEqual([]);
});

async function seenWith(lines: string[], listener = {}): Promise<SeenRequest> {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, listener });
  const { status } = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: 127.0.0.1', ...lines);
  expect(status).toBe(200);
  return upstream.seen[0]!;
}

async function valuesSeen(lines: string[], name: string, listener = {}): Promise<string[]> {
  return valuesOf((await seenWith(lines, listener)).rawHeaders, name);
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}

function parse(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
