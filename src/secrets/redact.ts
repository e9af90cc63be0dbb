import { maskShapes } from './shapes.ts';
import type { Spellings } from './spellings.ts';

/** Gives a text back without what it must not show. */
export type Redact = (text: string) => string;

export const MASK = '[redacted]';

/** The one redaction point: for whatever is logged, kept or printed. Masks what is known and what looks like a secret. */
export const createRedactor =
  (maskTokens: Redact): Redact =>
  (text) =>
    maskShapes(maskTokens(text), MASK);

/** Masks the known secrets alone: for text that has to stay as it is otherwise, such as an answer's header. */
export function createTokenMask(spellings: Spellings): Redact {
  return (text) => {
    if (text.length < spellings.shortest()) return text;
    const bytes = Buffer.from(text);
    const { ranges } = spellings.find(bytes, true);
    return ranges.length === 0 ? text : maskRanges(bytes, ranges);
  };
}

function maskRanges(bytes: Buffer, ranges: readonly number[]): string {
  let masked = '';
  let from = 0;
  for (let i = 0; i + 1 < ranges.length; i += 2) {
    masked += bytes.toString('utf8', from, ranges[i]) + MASK;
    from = ranges[i + 1] ?? 0;
  }
  return masked + bytes.toString('utf8', from);
}
