// The attack: fields that Connection names are hop-by-hop, so a proxy drops them. A caller that names Authorization, Host or
// Content-Length there hopes to have the proxy's own dropped, or the framing of its body changed.
import { describe, expect, test } from 'vitest';
import { TOKEN, startTestProxy } from '../support/proxy.ts';
import { readAnswer, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const named = [
  'authorization',
  'Authorization, Host',
  'AUTHORIZATION,host,content-length,transfer-encoding',
  'content-length',
];

describe('Connection', () => {
  test.each(named)('naming %s takes away nothing that the proxy itself adds', async (names) => {
    let body = '';
    const upstream = await startUpstream((request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end());
    });
    const proxy = await startTestProxy(upstream);

    const received = await sendRaw(
      proxy.port,
      `POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close, ${names}\r\nContent-Length: 5\r\n\r\nhello`,
    );

    expect(readAnswer(received).status).toBe(200);
    expect(upstream.seen.map(({ headers }) => [headers.authorization, headers.host])).toEqual([
      [`Bearer ${TOKEN}`, new URL(upstream.origin).host],
    ]);
    expect(body).toBe('hello');
  });

  test('takes away what it names of the caller, on every line and in any case', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const lines = [
      'Connection: close, X-Ms-One',
      'connection: x-MS-two , user-agent',
      'x-ms-one: 1',
      'X-Ms-Two: 2',
      'User-Agent: a',
    ];

    await sendRaw(proxy.port, `GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n${lines.join('\r\n')}\r\n\r\n`);

    expect(Object.keys(upstream.seen[0]?.headers ?? {}).toSorted()).toEqual(['authorization', 'connection', 'host']);
  });
});
