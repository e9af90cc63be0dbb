import { MessageChannel } from 'node:worker_threads';

// A TLS record (RFC 8446 §5.1). Smaller chunks are cheap to collect.
const MIN_BYTES = 16 * 1024;

const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Whether a chunk read from a socket is most of its memory and the last view of it, so that nothing else reads there.
 * Of the memory that Buffer shares among small ones, no Buffer takes half.
 */
export function isReleasable({ buffer, byteOffset, length }: Buffer): boolean {
  return length >= MIN_BYTES && byteOffset + length === buffer.byteLength && length * 2 > buffer.byteLength;
}

/**
 * Gives the memory of a releasable chunk back at once: what is transferred to a closed port is freed. Left to the
 * collector, the read buffers of a fast stream pile up to tens of megabytes, and collecting them costs more than
 * streaming does.
 *
 * Whoever keeps a chunk beyond its write has to copy it.
 */
export function release({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer) nowhere.postMessage(undefined, [buffer]);
}
