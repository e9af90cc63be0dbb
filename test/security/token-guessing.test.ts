// The attack: a caller stores guesses of the token in any text of MK.IO, and reads them back. If a right guess changed the
// size or the time of a chunk, the caller could guess the token character by character.
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { TOKEN, startTestProxy } from '../support/proxy.ts';
import type { RawConnection } from '../support/raw.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const QUIET_MS = 100;
/** As long as the token. The first contains nothing of it, each next one ends with a longer beginning. */
const GUESSES = [0, 1, 4, 8, TOKEN.length >> 1, TOKEN.length - 1].map(
  (length) => '~'.repeat(TOKEN.length - length) + TOKEN.slice(0, length),
);
const big = (guess: string) => `"${'x '.repeat(100_000)}!${guess}`;

/** The bytes received once no more come for a while. */
async function settle(caller: RawConnection): Promise<number> {
  for (;;) {
    const { length } = caller.received();
    await sleep(QUIET_MS);
    if (caller.received().length === length) return length;
  }
}

test.each<[string, Record<string, string | number>, (guess: string) => string | Buffer]>([
  ['JSON in chunks', { 'content-type': 'application/json' }, (guess) => `{"description":"!${guess}`],
  ['text in chunks', { 'content-type': 'text/plain' }, (guess) => `!${guess}`],
  ['text in chunks, in base64', { 'content-type': 'text/plain' }, (guess) => Buffer.from(guess).toString('base64')],
  ['a long text of a known length', { 'content-type': 'text/plain', 'content-length': 300_000 }, big],
  ['a field of the head', { 'content-type': 'text/plain', 'x-ms-echo': '' }, () => ''],
  [
    'compressed JSON',
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    (guess) => gzipSync(guess, { level: 0, finishFlush: 2 }),
  ],
])('%s: as many bytes leave for a right guess as for a wrong one', async (_, head, bodyOf) => {
  const sizes = await Promise.all(
    GUESSES.map(async (guess) => {
      const upstream = await startUpstream(BY_HAND);
      const proxy = await startTestProxy(upstream);
      const caller = await openRaw(proxy.port);
      caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const { response } = await upstream.next();
      response.writeHead(200, 'x-ms-echo' in head ? { ...head, 'x-ms-echo': guess } : head).write(bodyOf(guess));

      await caller.until('\r\n\r\n');
      return await settle(caller);
    }),
  );

  expect(new Set(sizes)).toHaveLength(1);
});

test('held text leaves after a second of silence, whatever it is', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const { response } = await upstream.next();
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: done');

  await caller.until('done');
});
