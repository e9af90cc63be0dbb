import type { FieldLines } from './headers.ts';

/** The longest body of a 401 that is held back; MK.IO's have a few hundred bytes. */
const MAX_BYTES = 64 * 1024;

/** A 401 that the caller does not see yet, as the token may have been replaced meanwhile. */
export interface HeldUnauthorized {
  readonly fields: FieldLines;
  readonly chunks: readonly Buffer[];
  /** Whether there is another token by now. */
  readonly renewed: Promise<boolean>;
  /** false: more than is held back. */
  readonly keep: (chunk: Buffer) => boolean;
}

export function holdUnauthorized(fields: FieldLines, renewed: Promise<boolean>): HeldUnauthorized {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    fields,
    chunks,
    renewed,
    keep: (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      return bytes <= MAX_BYTES;
    },
  };
}
