import { on } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ProxyError } from '../errors.ts';
import { isReleasable, release } from './release.ts';

export interface RequestBodyOptions {
  /** The upstream socket, once it is open. */
  readonly upstreamSocket: () => Socket | undefined;
  /** undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** Limit for one read from the caller. */
  readonly idleTimeoutMs: number;
  readonly onIdle: (error: ProxyError) => void;
  readonly onChunk: (chunk: Buffer) => void;
  /** Called after the last chunk was written. */
  readonly onEnd: () => void;
}

/**
 * The request's body as an opaque stream, or null if the framing announces none (RFC 9112 §6.3).
 *
 * undici destroys the body of a request that is answered early. Destroying the request itself would close the caller's
 * connection before the answer.
 *
 * @throws ProxyError BODY_TOO_LARGE (413): at once for an announced length, otherwise while reading
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
    // A slow upstream is not the caller's fault.
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
      // undici asks for more after it wrote this chunk. An empty socket buffer means that the chunk is sent.
      if (isReleasable(chunk) && upstreamSocket()?.writableLength === 0) release(chunk);
    }
    onEnd();
  } finally {
    clearTimeout(idle);
    // Read the rest anyway: the caller's next request begins after it (RFC 9112 §9.3).
    raw.resume();
  }
}

/** Chunks as received: other ways to read a stream join waiting chunks in new memory. */
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
