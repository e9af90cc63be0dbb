import { on } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ProxyError } from '../errors.ts';
import { isReleasable, release } from './release.ts';

export interface RequestBodyOptions {
  /** The socket that the chunks are written to, once it is open. */
  readonly upstreamSocket: () => Socket | undefined;
  /** undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** Longest time that the caller may let a read wait. */
  readonly idleTimeoutMs: number;
  readonly onIdle: (error: ProxyError) => void;
  readonly onChunk: (chunk: Buffer) => void;
  /** The last chunk is written. */
  readonly onEnd: () => void;
}

/**
 * The request's body as an opaque stream, or null where the framing announces none (RFC 9112 §6.3).
 *
 * It can be left without harm to the request: undici leaves the body of a request that is answered early, and a destroyed
 * request would take the caller's connection, and so the answer, with it.
 *
 * @throws ProxyError BODY_TOO_LARGE (413), at once for an announced length, else while it is read
 */
export function requestBody(raw: IncomingMessage, options: RequestBodyOptions): AsyncIterable<Buffer> | null {
  const { maxBytes = Infinity } = options;
  const length = Number(raw.headers['content-length'] ?? 0);
  if (raw.headers['transfer-encoding'] === undefined && length === 0) return null;
  if (length > maxBytes) throw tooLarge(maxBytes);
  return readChunks(raw, options);
}

async function* readChunks(raw: IncomingMessage, options: RequestBodyOptions): AsyncGenerator<Buffer, void> {
  const { upstreamSocket, maxBytes = Infinity, idleTimeoutMs, onIdle, onChunk, onEnd } = options;
  let reading = true;
  const idle = setTimeout(() => {
    // While the upstream takes its time with a chunk, the caller is not to blame.
    if (reading) onIdle(tooSlow());
    else idle.refresh();
  }, idleTimeoutMs);
  let bytes = 0;
  try {
    for await (const chunk of flow(raw)) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      onChunk(chunk);
      reading = false;
      yield chunk;
      reading = true;
      idle.refresh();
      // Asked for more, undici has written this chunk; with nothing waiting on the socket it is out.
      if (isReleasable(chunk) && upstreamSocket()?.writableLength === 0) release(chunk);
    }
    onEnd();
  } finally {
    clearTimeout(idle);
    // What was not wanted is read all the same: the caller's next request begins behind it (RFC 9112 §9.3).
    raw.resume();
  }
}

/** The chunks as they came: reading a stream otherwise joins those that wait, in new memory. */
async function* flow(raw: IncomingMessage): AsyncGenerator<Buffer, void> {
  if (!raw.destroyed) {
    const chunks = on(raw, 'data', { close: ['end', 'close'], highWaterMark: 1 }) as AsyncIterable<[Buffer]>;
    for await (const [chunk] of chunks) yield chunk;
  }
  if (!raw.complete) throw new Error('aborted');
}

function tooSlow(): ProxyError {
  const headers = { connection: 'close' };
  return new ProxyError('REQUEST_TIMEOUT', 'The body of the request did not arrive in time.', { headers });
}

function tooLarge(maxBytes: number): ProxyError {
  return new ProxyError('BODY_TOO_LARGE', `The request body is larger than the ${maxBytes} bytes allowed here.`);
}
