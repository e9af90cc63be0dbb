import type { Encodings } from '../secrets/encodings.ts';
import type { BodyMapper } from './body-mapper.ts';

const STAR = 0x2a;
const LINE_FEED = 0x0a;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Masks echoed tokens in place, with as many bytes, so that the length stays correct.
 *
 * The bytes that leave with a chunk depend on public facts only: characters that no token contains, line ends, and the
 * length of tokens. Otherwise chunk sizes would show a caller how much of the token its own text has guessed.
 */
export function createEchoMask(encodings: Encodings): BodyMapper {
  /** The original end of the body so far: an encoding may begin in it. */
  let kept = NOTHING;
  /** Length of the start of `kept` that the caller has. */
  let sent = 0;
  /** Length of the start of `kept` that belongs to an encoding. */
  let masked = 0;

  /** Returns the end of the encoding at `keptFrom`, which the next search would not find. */
  const mask = (text: Buffer, isWhole: boolean, keptFrom: number): number => {
    const ranges = encodings.find(text, masked, isWhole);
    let end = masked;
    text.fill(STAR, 0, masked);
    for (let i = 0; i + 1 < ranges.length; i += 2) {
      text.fill(STAR, ranges[i], ranges[i + 1]);
      if ((ranges[i] ?? 0) < keptFrom) end = ranges[i + 1] ?? 0;
    }
    return end;
  };

  const map = (chunk: Buffer): Buffer => {
    const text = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    const from = sent;
    const keptFrom = encodings.startOfOpenEnd(text);
    // A line or an event is never held back.
    const to = text.at(-1) === LINE_FEED ? text.length : Math.max(from, keptFrom);
    kept = keptFrom === text.length ? NOTHING : Buffer.from(text.subarray(keptFrom)); // from before the masking
    const end = mask(text, to === text.length, keptFrom);
    sent = to - keptFrom;
    masked = Math.max(0, end - keptFrom);
    return from === 0 && to === text.length ? text : text.subarray(from, to);
  };

  const rest = (): Buffer => {
    const text = Buffer.from(kept);
    mask(text, true, 0);
    return text.subarray(sent);
  };

  return {
    push: map,
    isHolding: () => sent < kept.length,
    release: () => {
      const bytes = rest();
      sent = kept.length;
      return bytes;
    },
    flush: () => {
      const bytes = rest();
      kept = NOTHING;
      sent = masked = 0;
      return bytes;
    },
    whole: (body) => {
      const ranges = encodings.find(body, 0, true);
      for (let i = 0; i + 1 < ranges.length; i += 2) body.fill(STAR, ranges[i], ranges[i + 1]);
      return ranges.length === 0 ? body : body.subarray();
    },
  };
}
