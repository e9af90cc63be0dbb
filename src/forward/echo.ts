import type { Encodings } from '../secrets/encodings.ts';
import type { BodyMapper } from './body-mapper.ts';

const STAR = 0x2a;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Masks echoed tokens in place, with as many bytes, so that the length stays correct. Only a possible start of a token at
 * the end of a chunk is held back.
 */
export function createEchoMask(encodings: Encodings): BodyMapper {
  let held = NOTHING;

  const mask = (text: Buffer, last: boolean): Buffer => {
    const { ranges, open } = encodings.find(text, last);
    for (let i = 0; i + 1 < ranges.length; i += 2) text.fill(STAR, ranges[i], ranges[i + 1]);
    if (open === text.length) return text;
    held = Buffer.from(text.subarray(open)); // the chunk's memory is released after the write
    return text.subarray(0, open);
  };

  const take = (chunk: Buffer): Buffer => {
    if (held.length === 0) return chunk;
    const text = Buffer.concat([held, chunk]);
    held = NOTHING;
    return text;
  };

  return {
    push: (chunk) => mask(take(chunk), false),
    flush: () => mask(take(NOTHING), true),
    whole: (body) => {
      const { ranges } = encodings.find(body, true);
      return ranges.length === 0 ? body : mask(body, true).subarray();
    },
  };
}
