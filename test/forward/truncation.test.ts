import type { Socket } from 'node:net';
import { constants, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstream.ts';

const PLAIN = 'HTTP/1.1 200 OK\r\n';
const JSON_LIST = `${PLAIN}Content-Type: application/json\r\n`;
const GZIP_LIST = `${JSON_LIST}Content-Encoding: gzip\r\n`;
const LENGTH = 'Content-Length: 1000\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';
const BEGUN = '{"value":["begun",';
// Ends at a byte boundary, before the end of the gzip stream.
const zipped = gzipSync(BEGUN, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
const chunk = (bytes: string) => `${bytes.length.toString(16)}\r\n${bytes}\r\n`;
// RFC 1951 §3.2.3: block type 3 is an error.
const NO_BLOCK = '\x07';

const closes = (socket: Socket) => socket.end();
const writes = (bytes: string) => (socket: Socket) => socket.write(bytes, 'latin1');

/** A fault: its name, the start of the answer, and the next action of the upstream. */
const cuts: [string, string, (socket: Socket) => void][] = [
  ['closes before the announced Content-Length', PLAIN + LENGTH + BEGUN, closes],
  ['closes before the last chunk', PLAIN + CHUNKED + chunk(BEGUN), closes],
  ['sends a malformed chunk', PLAIN + CHUNKED + chunk(BEGUN), writes('zz\r\n')],
  ['goes silent within its body', PLAIN + LENGTH + BEGUN, () => undefined],
  ['resets the connection', PLAIN + CHUNKED + chunk(BEGUN), (socket) => socket.resetAndDestroy()],
  ['closes within a list', JSON_LIST + LENGTH + BEGUN, closes],
  ['closes within a chunked list', JSON_LIST + CHUNKED + chunk(BEGUN), closes],
  ['closes within a list in gzip', GZIP_LIST + LENGTH + zipped, closes],
  ['ends the body within the gzip stream', GZIP_LIST + CHUNKED + chunk(zipped), writes('0\r\n\r\n')],
  ['sends malformed gzip', GZIP_LIST + CHUNKED + chunk(zipped), writes(chunk(NO_BLOCK))],
];

describe.each(['1.1', '1.0'])('an answer to an HTTP/%s caller is not shown as complete if the upstream', (version) => {
  test.each(cuts)('%s', async (_, beginning, cut) => {
    let upstream: Socket | undefined;
    const { origin } = await startRawUpstream((socket) => {
      upstream = socket;
      socket.write(beginning, 'latin1');
    });
    const proxy = await startTestProxy({ origin, upstream: { idleTimeoutMs: 200 } });
    const caller = await openRaw(proxy.port);

    caller.write(`GET /api/v1/x HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await caller.until(BEGUN);
    if (upstream !== undefined) cut(upstream);
    const ended = await caller.ended;

    // Without a length or chunks, a closed connection ends the body; only a reset shows the truncation.
    if (isWhole(caller.received())) expect(ended).toBe('reset');
    expect(await proxy.exchange()).toMatchObject({ status: 200, answeredBy: 'upstream', ending: 'truncated' });
  });
});

test('an answer that ends within gzip before the first byte of the list is not shown as complete either', async () => {
  const { origin } = await startRawUpstream((socket) => {
    socket.end(GZIP_LIST + LENGTH + zipped.slice(0, 5), 'latin1');
  });
  const proxy = await startTestProxy({ origin });
  const caller = await openRaw(proxy.port);

  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await caller.ended;

  expect(isWhole(caller.received())).toBe(false);
});

describe('a body without a length', () => {
  const ends: [string, (socket: Socket) => void, string][] = [
    ['is complete if the upstream closes the connection after it', closes, 'complete'],
    ['is truncated if the upstream resets the connection after it', (socket) => socket.resetAndDestroy(), 'truncated'],
  ];

  test.each(ends)('%s', async (_, end, ending) => {
    const { origin } = await startRawUpstream((socket) => {
      socket.write(`${PLAIN}\r\n${'x'.repeat(2048)}`, () => end(socket));
    });
    const proxy = await startTestProxy({ origin });

    // A race: enough tries to make an error likely.
    for (let i = 0; i < 20; i++) {
      const caller = await openRaw(proxy.port);
      caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      await caller.ended;

      expect(isWhole(caller.received())).toBe(ending === 'complete');
      expect(await proxy.exchange(i)).toMatchObject({ ending });
    }
  });
});

function isWhole(received: string): boolean {
  const [head = '', body] = received.split('\r\n\r\n', 2);
  if (body === undefined) return false;
  if (/^transfer-encoding: chunked$/im.test(head)) return received.endsWith('0\r\n\r\n');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return length === undefined || body.length >= Number(length);
}
