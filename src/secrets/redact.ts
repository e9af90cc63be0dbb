import { MASK } from './mask.ts';
import { maskShapes } from './shapes.ts';
import type { Encodings } from './encodings.ts';

/** Returns a text without secrets. */
export type Redact = (text: string) => string;

/** For logs, captures and output: masks known secrets, and values that look like secrets. */
export const createRedactor =
  (maskTokens: Redact): Redact =>
  (text) =>
    maskShapes(maskTokens(text), MASK);

/** Masks only known secrets, for text that must stay intact otherwise, such as an answer's header. */
export function createTokenMask(encodings: Encodings): Redact {
  return (text) => {
    if (text.length < encodings.shortest()) return text;
    const bytes = Buffer.from(text);
    const ranges = encodings.find(bytes, 0, true);
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
