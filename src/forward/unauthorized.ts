import type { FieldLines } from '../http/fields.ts';

/** The longest body of a 401 that is held back; MK.IO's have a few hundred bytes. */
const MAX_BYTES = 64 * 1024;

/** A 401 that the caller does not see yet, as the token may have been replaced meanwhile. */
export class HeldUnauthorized {
  readonly fields: FieldLines;
  readonly chunks: Buffer[] = [];
  /** All of its body is here, so that its connection can carry the next request. */
  isRead = false;
  /** There is another token by now. */
  isRenewed = false;
  #bytes = 0;

  constructor(fields: FieldLines) {
    this.fields = fields;
  }

  /** false: more than is held back. */
  keep(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes <= MAX_BYTES;
  }
}
