import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { Content } from '../http/content.ts';
import { isText } from '../http/content.ts';

/** Watches a body and copies at most `maxBytes` of it. */
export interface BodyTap {
  readonly content: Content;
  readonly maxBytes: number;
  readonly push: (chunk: Buffer) => void;
  readonly end: () => TappedBody;
}

export interface TappedBody {
  /** The start of a text, up to the limit; empty for other bodies. */
  readonly kept: Buffer;
  readonly bytes: number;
  /** Hash of all bytes on the wire, in hex, if not all are kept. */
  readonly sha256: string | undefined;
}

const NOTHING = Buffer.alloc(0);

export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export function createBodyTap(content: Content, maxBytes: number): BodyTap {
  const room = isText(content) ? maxBytes : 0;
  let copy = NOTHING;
  let kept = 0;
  let bytes = 0;
  let hash: Hash | undefined;

  /** The chunk's memory is released after the write, so kept bytes are copied. */
  const keep = (chunk: Buffer): void => {
    const end = Math.min(room, kept + chunk.length);
    if (end > copy.length) {
      // Most bodies come in one chunk.
      const larger = Buffer.allocUnsafe(kept === 0 ? end : Math.min(room, Math.max(end, copy.length * 2)));
      copy.copy(larger, 0, 0, kept);
      copy = larger;
    }
    chunk.copy(copy, kept, 0, end - kept);
    kept = end;
  };

  return {
    content,
    maxBytes,
    push: (chunk) => {
      bytes += chunk.length;
      // Hashing starts with the first byte that is not kept; earlier bytes are in the copy.
      if (bytes > room) (hash ??= createHash('sha256').update(copy.subarray(0, kept))).update(chunk);
      if (kept < room) keep(chunk);
    },
    end: () => ({ kept: copy.subarray(0, kept), bytes, sha256: hash?.digest('hex') }),
  };
}
