import type { Transform } from 'node:stream';
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import type { FieldLines } from './fields.ts';
import { readCombined } from './fields.ts';

/** A content coding (RFC 9110 §8.4.1) that can be decoded. */
export interface Coding {
  /**
   * @param first the first bytes
   * @param isPartial whether the bytes may be only the beginning
   */
  readonly createDecoder: (first: Buffer, isPartial: boolean) => Transform;
  /** @throws Error if the bytes do not decode, or decode to more than `maxBytes` */
  readonly decode: (body: Buffer, maxBytes: number) => Buffer;
}

/** The body of a message, as its header describes it. */
export interface Content {
  /** Content-Type as received. */
  readonly type: string | undefined;
  /** undefined: none, or an unknown one. */
  readonly coding: Coding | undefined;
  readonly isCoded: boolean;
  /** undefined without a Content-Length. */
  readonly length: number | undefined;
}

/** JSON texts (RFC 8259, RFC 6839 §3.1). `application/json-seq` is a sequence of them, not a JSON text (RFC 7464). */
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const TEXT_TYPE =
  /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml|yaml)\b|application\/(?:javascript|x-www-form-urlencoded|x-ndjson|x-yaml|sql|graphql|vnd\.apple\.mpegurl|dash\+xml)\b|image\/svg\+xml)/i;
const OTHER_CHARSET = /;\s*charset\s*=\s*"?(?!utf-?8\b|us-ascii\b|iso-8859-1\b)/i;
const BINARY_TYPE =
  /^(?:audio|font|image(?!\/svg)|video)\/|^application\/(?:gzip|octet-stream|pdf|wasm|x-gzip|x-tar|zip)\s*(?:;|$)/i;

const PARTIAL = { finishFlush: constants.Z_SYNC_FLUSH };
const PARTIAL_BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

// Some servers omit the zlib wrapper, whose first byte ends in 8 (RFC 1950 §2.2).
const isWrapped = ([first = 0]: Buffer): boolean => (first & 0x0f) === 8;

const GZIP: Coding = {
  createDecoder: (_, isPartial) => createGunzip(isPartial ? PARTIAL : {}),
  decode: (body, maxOutputLength) => gunzipSync(body, { maxOutputLength }),
};
const BROTLI: Coding = {
  createDecoder: (_, isPartial) => createBrotliDecompress(isPartial ? PARTIAL_BROTLI : {}),
  decode: (body, maxOutputLength) => brotliDecompressSync(body, { maxOutputLength }),
};
const DEFLATE: Coding = {
  createDecoder: (first, isPartial) => (isWrapped(first) ? createInflate : createInflateRaw)(isPartial ? PARTIAL : {}),
  decode: (body, maxOutputLength) => (isWrapped(body) ? inflateSync : inflateRawSync)(body, { maxOutputLength }),
};
const CODINGS = new Map([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['br', BROTLI],
  ['deflate', DEFLATE],
]);

export function readContent(fields: FieldLines): Content {
  const codings = readCodings(fields);
  const length = readCombined(fields, 'content-length');
  return {
    type: readCombined(fields, 'content-type'),
    coding: CODINGS.get(codings.join()),
    isCoded: codings.length > 0,
    length: length === undefined ? undefined : Number(length),
  };
}

function readCodings(fields: FieldLines): string[] {
  const codings = readCombined(fields, 'content-encoding')?.toLowerCase().split(',') ?? [];
  return codings.map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity');
}

export const isJson = ({ type }: Content): boolean => JSON_TYPE.test(type ?? '');

/** Whether the body is readable: not coded, or in one coding that can be decoded. */
export const isDecodable = ({ coding, isCoded }: Content): boolean => !isCoded || coding !== undefined;

/** Whether the decoded body is known to be text in UTF-8 or a subset of it. */
export const isText = (content: Content): boolean => {
  const { type = '' } = content;
  return isDecodable(content) && TEXT_TYPE.test(type) && !OTHER_CHARSET.test(type);
};

/** Whether the body may quote a request. Unknown and absent types may. */
export const mayHoldText = ({ type }: Content): boolean => !BINARY_TYPE.test(type ?? '');

export interface Decoded {
  readonly body: Buffer;
  /** Whether there was more than `maxBytes`. */
  readonly cut: boolean;
}

/** Decodes at most `maxBytes` in zlib's threads; undefined if the bytes do not decode. */
export async function decode(coded: Buffer, coding: Coding, maxBytes: number): Promise<Decoded | undefined> {
  const decoder = coding.createDecoder(coded, true);
  decoder.end(coded);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) break;
    }
  } catch {
    return undefined;
  }
  return { body: Buffer.concat(chunks, Math.min(bytes, maxBytes)), cut: bytes > maxBytes };
}
