// The attack: by default, Node keeps the first 2,000 header lines of a request and silently drops the rest. After that
// many lines, a caller could hide a second Host, a foreign Origin or the length of a body.
import { expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { readAnswer, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const FILLER = 'a:\r\n'.repeat(2100);

const hidden: [string, string, number][] = [
  ['a second Host', 'Host: evil.example', 400],
  ['a foreign Origin', 'Origin: https://evil.example', 403],
  ['an upgrade', 'Upgrade: websocket', 501],
];

test.each(hidden)('%s after 2,100 header lines is seen', async (_, line, status) => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  const received = await sendRaw(
    proxy.port,
    `GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${FILLER}${line}\r\n\r\n`,
  );
  expect(readAnswer(received).status).toBe(status);
  expect(upstream.seen).toEqual([]);
});

test.each(['Content-Length: 5', 'Transfer-Encoding: chunked'])('a body announced there by %s arrives', async (line) => {
  const bodies: string[] = [];
  const upstream = await startUpstream((request, response) => {
    void request
      .setEncoding('utf8')
      .toArray()
      .then((chunks) => {
        bodies.push(chunks.join(''));
        response.end();
      });
  });
  const proxy = await startTestProxy(upstream);
  const body = line.startsWith('C') ? 'hello' : '5\r\nhello\r\n0\r\n\r\n';
  await sendRaw(
    proxy.port,
    `POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${FILLER}${line}\r\n\r\n${body}`,
  );
  expect(bodies).toEqual(['hello']);
});
