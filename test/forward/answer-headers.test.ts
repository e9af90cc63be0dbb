import { describe, expect, test } from 'vitest';
import type { TestProxy } from '../support/proxy.ts';
import { startTestProxy } from '../support/proxy.ts';
import type { RawAnswer } from '../support/raw.ts';
import { askRaw } from '../support/raw.ts';
import { startAnswering } from '../support/upstream.ts';

const dropped = [
  'Keep-Alive: timeout=5',
  'Proxy-Authenticate: Basic',
  'Proxy-Authentication-Info: x',
  'Proxy-Connection: keep-alive',
  'TE: trailers',
  'Trailer: x-checksum',
  'Upgrade: h2c',
  'Set-Cookie: session=1; Path=/',
  'Set-Cookie2: session=1',
  'Access-Control-Allow-Origin: *',
  'access-control-allow-credentials: true',
  'Access-Control-Expose-Headers: x',
  'Clear-Site-Data: "*"',
  'Alt-Svc: h3=":443"',
  'Strict-Transport-Security: max-age=1',
  'X-Mkio-Proxy-Error: INTERNAL',
];

describe('an answer header about the connection or the whole origin is dropped', () => {
  test.each(dropped)('%s', async (line) => {
    const { answer } = await askBehind(line);

    expect(answer.fields(nameOf(line))).toEqual([]);
    expect(answer.body).toBe('ok');
  });

  test('every header named by Connection, in any letter case and on any line', async () => {
    const { answer } = await askBehind('Connection: X-Hop, close', 'connection: x-other', 'X-Hop: 1', 'x-Other: 2');

    expect(answer.fields('x-hop')).toEqual([]);
    expect(answer.fields('x-other')).toEqual([]);
    expect(answer.fields('connection')).toEqual(['close']);
  });
});

const kept = [
  'Cache-Control: no-store',
  'ETag: W/"abc"',
  'Last-Modified: Sat, 29 Oct 1994 19:43:31 GMT',
  'Retry-After: 1',
  'Vary: Accept-Encoding',
  'WWW-Authenticate: Bearer error="invalid_token"',
  'x-ms-request-id: 7',
  'X-Ratelimit-Remaining: 0',
  'Content-Disposition: attachment; filename="caf\xe9.json"',
  'X-UTF8: caf\xc3\xa9',
  'X-Empty:',
];

describe('every other answer header is forwarded unchanged', () => {
  test.each(kept)('%s', async (line) => {
    const { answer } = await askBehind(line);

    expect(answer.fields(nameOf(line))).toEqual([line.slice(line.indexOf(':') + 1).trim()]);
  });

  test('repeated lines stay apart and in order', async () => {
    const { answer } = await askBehind('Link: <a>; rel=next', 'X-Between: 1', 'Link: <b>; rel=prev');

    expect(answer.fields('link')).toEqual(['<a>; rel=next', '<b>; rel=prev']);
  });

  test('there is one Date, from the upstream', async () => {
    const { answer } = await askBehind('Date: Sat, 29 Oct 1994 19:43:31 GMT');

    expect(answer.fields('date')).toEqual(['Sat, 29 Oct 1994 19:43:31 GMT']);
  });
});

describe('added to every answer of the upstream, in place of its own', () => {
  const added = {
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
    'cross-origin-resource-policy': 'same-origin',
  };

  test.each(Object.entries(added))('%s: %s', async (name, value) => {
    const { answer } = await askBehind(`${name}: something else`);

    expect(answer.fields(name)).toEqual([value]);
  });

  test("x-request-id, with the id from the proxy's log", async () => {
    const { answer, proxy } = await askBehind('x-request-id: of-the-upstream');
    const { id } = await proxy.exchange();

    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.fields('x-request-id')).toEqual([id]);
  });
});

async function askBehind(...lines: string[]): Promise<{ answer: RawAnswer; proxy: TestProxy }> {
  const { origin } = await startAnswering(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\nContent-Length: 2\r\n\r\nok`);
  const proxy = await startTestProxy({ origin });
  return { answer: await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost'), proxy };
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}
