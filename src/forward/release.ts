import { MessageChannel } from 'node:worker_threads';

// A TLS record (RFC 8446 §5.1). Smaller chunks are cheap to collect.
const MIN_BYTES = 16 * 1024;

const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Whether a chunk from a socket owns its memory: it fills most of it, and no other view ends later. Buffers in Node's
 * shared pool never fill half of it.
 */
export function isReleasable({ buffer, byteOffset, length }: Buffer): boolean {
  return length >= MIN_BYTES && byteOffset + length === buffer.byteLength && length * 2 > buffer.byteLength;
}

/**
 * Frees a releasable chunk at once, by transferring it to a closed port. Otherwise read buffers of a fast stream pile up to
 * tens of megabytes, and collecting them costs more than streaming.
 *
 * Copy a chunk to keep it after its write.
 */
export function release({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer) nowhere.postMessage(undefined, [buffer]);
}
