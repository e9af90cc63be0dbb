import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ProxyError } from '../errors.ts';
import { isReleasable, release } from './release.ts';

/**
 * The request's body as an opaque stream, or null where the framing announces none (RFC 9112 §6.3).
 *
 * It can be left without harm to the request: undici leaves the body of a request that is answered early, and a destroyed
 * request would take the caller's connection, and so the answer, with it.
 *
 * @param upstreamSocket the socket that the chunks are written to, once it is open
 * @throws ProxyError BODY_TOO_LARGE (413), at once for an announced length, else while it is read
 */
export function requestBody(
  raw: IncomingMessage,
  upstreamSocket: () => Socket | undefined,
  maxBytes = Infinity,
): AsyncIterable<Buffer> | null {
  const length = Number(raw.headers['content-length'] ?? 0);
  if (raw.headers['transfer-encoding'] === undefined && length === 0) return null;
  if (length > maxBytes) throw tooLarge(maxBytes);
  return readChunks(raw, upstreamSocket, maxBytes);
}

async function* readChunks(
  raw: IncomingMessage,
  upstreamSocket: () => Socket | undefined,
  maxBytes: number,
): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  try {
    for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
      // Asked for more, undici has written this chunk; with nothing waiting on the socket it is out.
      if (isReleasable(chunk) && upstreamSocket()?.writableLength === 0) release(chunk);
    }
  } finally {
    // What was not wanted is read all the same: the caller's next request begins behind it (RFC 9112 §9.3).
    raw.resume();
  }
}

function tooLarge(maxBytes: number): ProxyError {
  return new ProxyError('BODY_TOO_LARGE', `The request body is larger than the ${maxBytes} bytes allowed here.`);
}
