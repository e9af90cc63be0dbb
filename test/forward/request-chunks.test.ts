import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { requestBody } from '../../src/forward/request-body.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const CHUNK = Buffer.alloc(40 * 1024);
/** Node reads at most this from a socket at once. */
const SOCKET_READ_BYTES = 64 * 1024;

test('queued chunks are not copied into one buffer', async () => {
  const { raw, sending } = await receive();
  // One socket read holds parts of two chunks.
  for (let left = 50; left > 0; left--) sending.write(CHUNK);
  sending.end();

  const lengths: number[] = [];
  for await (const chunk of read(raw)) {
    lengths.push(chunk.length);
    // Other chunks arrive during this write.
    await setImmediate();
  }

  expect(lengths.reduce((sum, length) => sum + length)).toBe(50 * CHUNK.length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(SOCKET_READ_BYTES);
});

test('a cancelled body never counts as complete', async () => {
  const unread = await receive();
  const closed = new Promise((close) => unread.raw.once('close', close));
  unread.sending.destroy();
  await closed;
  await expect(readAll(unread.raw)).rejects.toThrow();

  const begun = await receive();
  const reading = expect(readAll(begun.raw)).rejects.toThrow('aborted');
  begun.sending.destroy();
  await reading;
});

/** A request with a parsed head. */
async function receive(): Promise<{ raw: IncomingMessage; sending: ClientRequest }> {
  const { origin, next } = await startUpstream(BY_HAND);
  const sending = request(origin, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
  sending.on('error', () => undefined).flushHeaders();
  const { request: raw } = await next();
  return { raw, sending };
}

const read = (raw: IncomingMessage): AsyncIterable<Buffer> => {
  const ignore = (): undefined => undefined;
  const body = requestBody(raw, {
    upstreamSocket: ignore,
    maxBytes: undefined,
    idleTimeoutMs: 5_000,
    onIdle: ignore,
    onChunk: ignore,
    onEnd: ignore,
  });
  if (body === null) throw new Error('there is no body');
  return body;
};

async function readAll(raw: IncomingMessage): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of read(raw)) chunks.push(chunk);
  return chunks;
}
