import type { FieldLines } from '../http/fields.ts';

/** Longest body of a held 401. MK.IO's have a few hundred bytes. */
const MAX_BYTES = 64 * 1024;

/** A 401 held back from the caller, because a newer token may exist. */
export class HeldUnauthorized {
  readonly fields: FieldLines;
  readonly chunks: Buffer[] = [];
  /** Whether the body is complete, so that its connection is free. */
  isRead = false;
  /** Whether there is another token. */
  isRenewed = false;
  #bytes = 0;

  constructor(fields: FieldLines) {
    this.fields = fields;
  }

  /** Returns false if the body exceeds the limit. */
  keep(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes <= MAX_BYTES;
  }
}
