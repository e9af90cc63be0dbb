import type { Transform } from 'node:stream';
import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import type { FieldLines } from '../forward/headers.ts';
import { readField } from '../forward/headers.ts';

/** A content coding (RFC 9110 §8.4.1) that can be undone. */
export interface Coding {
  /** @param first the first bytes */
  readonly createDecoder: (first: Buffer) => Transform;
  /** Throws where the bytes do not decode, or become more than `maxBytes`. */
  readonly decode: (body: Buffer, maxBytes: number) => Buffer;
}

export interface AnswerContent {
  readonly isJson: boolean;
  readonly mayHoldText: boolean;
  /** undefined: none, or an unknown one. */
  readonly coding: Coding | undefined;
  readonly isCoded: boolean;
  /** undefined where it is not announced. */
  readonly length: number | undefined;
}

const JSON_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;
// What holds no text. Anything else may quote what was sent, unnamed and unknown types and message/http among them.
const BINARY_TYPE =
  /^(?:audio|font|image(?!\/svg)|video)\/|^application\/(?:gzip|octet-stream|pdf|wasm|x-gzip|x-tar|zip)\s*(?:;|$)/i;

// Some servers leave the zlib wrapper away, whose first byte ends in 8 (RFC 1950 §2.2).
const isWrapped = ([first = 0]: Buffer): boolean => (first & 0x0f) === 8;
const GZIP: Coding = {
  createDecoder: () => createGunzip(),
  decode: (body, maxOutputLength) => gunzipSync(body, { maxOutputLength }),
};
const CODINGS = new Map<string, Coding>([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  [
    'br',
    {
      createDecoder: () => createBrotliDecompress(),
      decode: (body, maxOutputLength) => brotliDecompressSync(body, { maxOutputLength }),
    },
  ],
  [
    'deflate',
    {
      createDecoder: (first) => (isWrapped(first) ? createInflate() : createInflateRaw()),
      decode: (body, maxOutputLength) => (isWrapped(body) ? inflateSync : inflateRawSync)(body, { maxOutputLength }),
    },
  ],
]);

/** What an answer's header says of its body. */
export function readContent(fields: FieldLines): AnswerContent {
  const type = readField(fields, 'content-type') ?? '';
  const codings = readCodings(fields);
  const length = readField(fields, 'content-length');
  return {
    isJson: JSON_TYPE.test(type),
    mayHoldText: !BINARY_TYPE.test(type),
    coding: CODINGS.get(codings.join()),
    isCoded: codings.length > 0,
    length: length === undefined ? undefined : Number(length),
  };
}

function readCodings(fields: FieldLines): string[] {
  const codings = readField(fields, 'content-encoding')?.toLowerCase().split(',') ?? [];
  return codings.map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity');
}
