import type { ServerResponse } from 'node:http';
import { isReleasable, release } from './release.ts';

/** Smaller chunks are joined. */
const SMALL_BYTES = 1_024;
const JOINED_BYTES = 16_384;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Writes chunks to the caller. Node keeps some hundred bytes for each write that the caller has not read, but its limit
 * counts the chunk only. So small chunks are joined while an earlier one waits.
 */
export class AnswerWriter {
  readonly #answer: ServerResponse;
  #isWriting = false;
  #joined = NOTHING;
  #used = 0;

  constructor(answer: ServerResponse) {
    this.#answer = answer;
  }

  /** false: wait for `drain` of the answer. */
  write(chunk: Buffer): boolean {
    if (chunk.length >= SMALL_BYTES) {
      this.#flush();
      return isReleasable(chunk) ? this.#answer.write(chunk, () => release(chunk)) : this.#answer.write(chunk);
    }
    if (!this.#isWriting) return this.#writeSmall(chunk);
    if (this.#joined.length === 0) this.#joined = Buffer.allocUnsafeSlow(JOINED_BYTES);
    this.#used += chunk.copy(this.#joined, this.#used);
    if (JOINED_BYTES - this.#used < SMALL_BYTES) this.#flush();
    return !this.#answer.writableNeedDrain;
  }

  end(rest: Buffer = NOTHING): void {
    this.#flush();
    this.#answer.end(rest);
  }

  #writeSmall(chunk: Buffer): boolean {
    this.#isWriting = true;
    return this.#answer.write(chunk, () => {
      this.#isWriting = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#used === 0 || this.#answer.destroyed) return;
    const bytes = this.#joined.subarray(0, this.#used);
    this.#joined = NOTHING;
    this.#used = 0;
    this.#writeSmall(bytes);
  }
}
