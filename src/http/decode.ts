import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { Coding } from './content.ts';

export interface Decoded {
  readonly body: Buffer;
  /** Whether there was more than `maxBytes`. */
  readonly cut: boolean;
}

// What is kept may be the beginning alone.
const PARTIAL = { finishFlush: constants.Z_SYNC_FLUSH };
const PARTIAL_BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

/** Undoes a content coding in zlib's own threads, up to `maxBytes`; undefined where the bytes are of no such coding. */
export async function decode(coded: Buffer, coding: Coding, maxBytes: number): Promise<Decoded | undefined> {
  const decoder = createDecoder(coded, coding);
  decoder.end(coded);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) break;
    }
  } catch {
    return undefined;
  }
  return { body: Buffer.concat(chunks, Math.min(bytes, maxBytes)), cut: bytes > maxBytes };
}

function createDecoder(coded: Buffer, coding: Coding): Transform {
  if (coding === 'gzip') return createGunzip(PARTIAL);
  if (coding === 'br') return createBrotliDecompress(PARTIAL_BROTLI);
  // Some servers leave the zlib wrapper away, whose first byte ends in 8 (RFC 1950 §2.2).
  return ((coded[0] ?? 0) & 0x0f) === 8 ? createInflate(PARTIAL) : createInflateRaw(PARTIAL);
}
