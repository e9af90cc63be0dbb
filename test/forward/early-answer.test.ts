import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstream.ts';

const BLOCK = Buffer.alloc(1024 * 1024, 'x');
const BLOCKS = 32;
const HEAD = `PUT /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${BLOCKS * BLOCK.length}\r\n\r\n`;
const body = '{"error":{"code":"TooLarge"}}';

const ways: [string, number, boolean][] = [
  ['413 and reads on', 413, false],
  ['401 and reads on', 401, false],
  ['413 and closes', 413, true],
];

describe('an upstream that answers while a big upload is still being sent', () => {
  test.each(ways)(
    'with %s reaches the caller, whose connection stays usable or is closed',
    async (_, status, closes) => {
      const { origin } = await startRawUpstream((socket) => {
        if (socket.bytesWritten > 0) return;
        const connection = closes ? 'close' : 'keep-alive';
        const head = `HTTP/1.1 ${status} No\r\nContent-Type: application/json\r\nConnection: ${connection}\r\n`;
        socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
        if (closes) socket.end();
      });
      const proxy = await startTestProxy({ origin });
      const caller = await openRaw(proxy.port);

      caller.write(HEAD);
      caller.write(BLOCK);
      const [answer] = await caller.answers(1);
      for (let i = 1; i < BLOCKS; i++) caller.write(BLOCK);
      caller.write('GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      await caller.ended;

      expect([answer?.status, answer?.body]).toEqual([status, body]);
      const [, second] = caller.received().split(body);
      expect(second).toMatch(/^(?:HTTP\/1\.1 404 |$)/);
      expect(await proxy.exchange()).toMatchObject({ status, answeredBy: 'upstream', ending: 'complete' });
      expect((await call(proxy, '/elsewhere')).status).toBe(404);
    },
  );
});

describe('a big upload that the proxy itself refuses', () => {
  const refusals: [string, string, number][] = [
    ['outside the prefixes', '/elsewhere', 404],
    ['over the limit', '/api/v1/x', 413],
  ];

  test.each(refusals)(
    '%s (%s) is answered %i, and the connection stays usable or is closed',
    async (_, path, status) => {
      const { origin } = await startRawUpstream(() => undefined);
      const proxy = await startTestProxy({ origin, listener: { maxBodyBytes: 1000 } });
      const caller = await openRaw(proxy.port);

      caller.write(HEAD.replace('/api/v1/x', path));
      const [answer] = await caller.answers(1);
      for (let i = 0; i < BLOCKS; i++) caller.write(BLOCK);
      caller.write('GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      await caller.ended;

      expect(answer?.status).toBe(status);
    },
  );
});
