import type { Coding } from '../http/content.ts';
import type { AnswerBody, AnswerBodyOptions } from './answer-head.ts';
import { DECODED, NOTHING, writeHead } from './answer-head.ts';
import type { BodyMapper } from './body-mapper.ts';

/** The longest compressed text that is held whole to search it for tokens. */
export const MAX_HELD_BYTES = 64 * 1024;
const MAX_DECODED_BYTES = 1024 * 1024;

/** Searches a small decoded answer for tokens. Without any, the original bytes are sent. */
export function createHeldAnswer(options: AnswerBodyOptions, mask: BodyMapper, { decode }: Coding): AnswerBody {
  const { answer } = options;
  const chunks: Buffer[] = [];
  const readMasked = (body: Buffer): Buffer | undefined => {
    try {
      const decoded = decode(body, MAX_DECODED_BYTES);
      const masked = mask.whole(decoded);
      return masked === decoded ? undefined : masked;
    } catch {
      return undefined; // it does not decode, or decodes to more than the limit
    }
  };
  return {
    write: (chunk) => {
      chunks.push(chunk);
      return true;
    },
    flushHead: () => undefined, // the length is known only at the end
    end: () => {
      const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      const masked = readMasked(body);
      if (masked === undefined) writeHead(options, NOTHING);
      else writeHead(options, DECODED, masked.length);
      answer.end(masked ?? body);
    },
    sink: answer,
  };
}
