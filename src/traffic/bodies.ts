import type { BodyTap, TappedBody } from './body-tap.ts';
import { hashOf } from './body-tap.ts';
import { decode } from './decode.ts';
import type { StoredBody } from './stored-body.ts';
import { isBinary, withoutOpenEnd } from './stored-body.ts';

export type ReadBody = (tap: BodyTap | undefined) => StoredBody | Promise<StoredBody> | undefined;

/** Decodings under way at a time: bounds the copies that wait for one. */
const MAX_DECODINGS = 64;

/** Makes of what a tap has seen what may be kept. Only a body in a content coding takes longer than the call. */
export function createBodyReader(redact: (text: string) => string): ReadBody {
  let decodings = 0;

  const store = ({ content: { type } }: BodyTap, tapped: TappedBody, body?: Buffer, isCut = false): StoredBody => {
    const { bytes, kept } = tapped;
    const cut = isCut || kept.length < bytes;
    const written = body?.toString('utf8');
    const isKept = written !== undefined && !isBinary(written);
    const shown = isKept && cut ? withoutOpenEnd(written) : written;
    const text = isKept && shown !== undefined ? redact(shown) : undefined;
    return {
      bytes,
      type: type === undefined ? undefined : redact(type),
      text,
      cut: text !== undefined && cut,
      redacted: text !== shown && text !== undefined,
      sha256: tapped.sha256 ?? (text === undefined ? hashOf(kept) : undefined),
    };
  };

  const decodeAndStore = async (tap: BodyTap, tapped: TappedBody): Promise<StoredBody> => {
    const { content, maxBytes } = tap;
    if (content.coding === undefined || decodings === MAX_DECODINGS) return store(tap, tapped);
    decodings++;
    const decoded = await decode(tapped.kept, content.coding, maxBytes);
    decodings--;
    return store(tap, tapped, decoded?.body, decoded?.cut);
  };

  return (tap) => {
    const tapped = tap?.end();
    if (tap === undefined || tapped === undefined || tapped.bytes === 0) return undefined;
    if (!tap.content.isText) return store(tap, tapped);
    return tap.content.coding === undefined ? store(tap, tapped, tapped.kept) : decodeAndStore(tap, tapped);
  };
}
