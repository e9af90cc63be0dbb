// The attack: a proxy drops the headers that Connection names. A caller names Authorization, Host or Content-Length
// there, to remove the proxy's own header or to change the framing of the body.
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
  test.each(named)('naming %s removes no header that the proxy adds', async (names) => {
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

  test("removes the caller's headers that it names, on every line and in any case", async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const lines = [
      'Connection: close, X-Ms-Version',
      'connection: x-MS-date , user-agent',
      'x-ms-version: 1',
      'X-Ms-Date: 2',
      'User-Agent: a',
    ];

    await sendRaw(proxy.port, `GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n${lines.join('\r\n')}\r\n\r\n`);

    expect(Object.keys(upstream.seen[0]?.headers ?? {}).toSorted()).toEqual(['authorization', 'connection', 'host']);
  });
});
