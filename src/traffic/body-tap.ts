import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { Content } from '../http/content.ts';
import { isText } from '../http/content.ts';

/** Sees a body go by, and copies no more of it than it may keep. */
export interface BodyTap {
  readonly content: Content;
  readonly maxBytes: number;
  readonly push: (chunk: Buffer) => void;
  readonly end: () => TappedBody;
}

export interface TappedBody {
  /** The beginning, as many bytes as may be kept; none of what is no text. */
  readonly kept: Buffer;
  readonly bytes: number;
  /** Of all bytes as they travelled, in hex, where not all of them are kept. */
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

  /** The chunk's memory is given back once it is written, so what is kept has to be copied. */
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
      // From the first byte on that is not kept, all are hashed: those before are in the copy.
      if (bytes > room) (hash ??= createHash('sha256').update(copy.subarray(0, kept))).update(chunk);
      if (kept < room) keep(chunk);
    },
    end: () => ({ kept: copy.subarray(0, kept), bytes, sha256: hash?.digest('hex') }),
  };
}
