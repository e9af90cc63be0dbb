import type { BodyTap, TappedBody } from './body-tap.ts';
import { hashOf } from './body-tap.ts';
import type { Coding } from '../http/content.ts';
import { decode, isText } from '../http/content.ts';
import type { StoredBody } from './stored-body.ts';
import { isBinary, withoutOpenEnd } from './stored-body.ts';

/** @param isWhole whether the body is complete */
export type ReadBody = (tap: BodyTap | undefined, isWhole: boolean) => StoredBody | Promise<StoredBody> | undefined;

/** Concurrent decodings: bounds the copies that wait. */
const MAX_DECODINGS = 64;

/** Turns a tapped body into a stored one. Only a coded body is asynchronous. */
export function createBodyReader(redact: (text: string) => string): ReadBody {
  let decodings = 0;

  const store = (tap: BodyTap, tapped: TappedBody, body: Buffer | undefined, isWhole: boolean): StoredBody => {
    const { type } = tap.content;
    const { bytes, kept } = tapped;
    const cut = !isWhole || kept.length < bytes;
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

  const decodeAndStore = async (
    tap: BodyTap,
    tapped: TappedBody,
    coding: Coding,
    isWhole: boolean,
  ): Promise<StoredBody> => {
    if (decodings === MAX_DECODINGS) return store(tap, tapped, undefined, isWhole);
    decodings++;
    const decoded = await decode(tapped.kept, coding, tap.maxBytes);
    decodings--;
    return store(tap, tapped, decoded?.body, isWhole && decoded?.cut === false);
  };

  return (tap, isWhole) => {
    const tapped = tap?.end();
    if (tap === undefined || tapped === undefined || tapped.bytes === 0) return undefined;
    const { coding } = tap.content;
    if (!isText(tap.content)) return store(tap, tapped, undefined, isWhole);
    return coding === undefined
      ? store(tap, tapped, tapped.kept, isWhole)
      : decodeAndStore(tap, tapped, coding, isWhole);
  };
}
