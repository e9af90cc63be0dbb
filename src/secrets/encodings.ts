import type { Encoding, EncodingTable, Ranges } from './encoding-search.ts';
import { findEncodings, startOfOpenEnd } from './encoding-search.ts';
import { ESCAPE_BYTES, ESCAPE_STARTS, isBlank, LONGEST_ESCAPE } from './escapes.ts';

/**
 * The encodings of known secrets: raw, base64, base64url and hex, each with any character escaped for a URL, JSON or HTML.
 * Base64 and hex may be split by line breaks and blanks.
 */
export interface Encodings {
  /** Shorter texts contain none. */
  readonly shortest: () => number;
  /**
   * Start and end of each encoding: start, end, start, end …
   *
   * @param isWhole whether nothing follows; otherwise an encoding is left out if more bytes could make it longer
   */
  readonly find: (text: Uint8Array, from: number, isWhole: boolean) => Ranges;
  /**
   * Start of the bytes at the end that could begin any secret of the same length. It depends on nothing else of the
   * secrets, so a caller learns nothing from it.
   */
  readonly startOfOpenEnd: (text: Uint8Array) => number;
}

/** A shorter encoding, of a token that is a word, would match ordinary text. */
const MIN_ENCODED_LENGTH = 8;
/** Every bearer token consists of these (RFC 6750 §2.1). */
const TOKEN_BYTES = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=');

/** @param secrets may change; the table is compiled again then */
export function createEncodings(secrets: readonly string[]): Encodings {
  let table: EncodingTable | undefined;
  let count = 0;
  let newest: string | undefined;
  const read = (): EncodingTable => {
    if (table !== undefined && secrets.length === count && secrets.at(-1) === newest) return table;
    count = secrets.length;
    newest = secrets.at(-1);
    return (table = compile(secrets));
  };
  return {
    shortest: () => read().shortest,
    find: (text, from, isWhole) => findEncodings(read(), text, from, isWhole),
    startOfOpenEnd: (text) => startOfOpenEnd(read(), text),
  };
}

function compile(secrets: readonly string[]): EncodingTable {
  const encodings = secrets.flatMap(encodingsOf).sort((a, b) => b.bytes.length - a.bytes.length);
  const lengths = encodings.map(({ bytes }) => bytes.length);
  const alphabet = new Uint8Array(256);
  for (const bytes of [TOKEN_BYTES, ESCAPE_BYTES, ...encodings.map((encoding) => encoding.bytes)]) {
    for (const byte of bytes) alphabet[byte] = 1;
  }
  for (let byte = 0; byte < 256; byte++) if (isBlank(byte)) alphabet[byte] = 1;
  const byFirst = groupByFirst(encodings);
  const starts = new Uint8Array(256);
  for (const byte of [...ESCAPE_STARTS, ...byFirst.keys()]) starts[byte] = 1;
  return {
    byFirst,
    starts,
    shortest: Math.min(...lengths),
    longest: Math.max(0, ...lengths) * LONGEST_ESCAPE,
    alphabet,
  };
}

function groupByFirst(encodings: readonly Encoding[]): Map<number, Encoding[]> {
  const groups = new Map<number, Encoding[]>();
  for (const encoding of encodings) {
    const [first = 0] = encoding.bytes;
    groups.set(first, [...(groups.get(first) ?? []), encoding]);
  }
  return groups;
}

function encodingsOf(secret: string): Encoding[] {
  if (secret === '') return [];
  const hex = Buffer.from(secret).toString('hex');
  const encoded = new Set([
    ...base64Cores(secret, 'base64'),
    ...base64Cores(secret, 'base64url'),
    hex,
    hex.toUpperCase(),
  ]);
  return [
    { bytes: Buffer.from(secret), isWrapped: false },
    ...[...encoded]
      .filter(({ length }) => length >= MIN_ENCODED_LENGTH)
      .map((text) => ({ bytes: Buffer.from(text), isWrapped: true })),
  ];
}

/**
 * Base64 of a secret within a longer text depends only on its offset modulo 3. Characters at its edges share bits with
 * their neighbours and are left out.
 */
function base64Cores(secret: string, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    const wholeCharacters = Math.floor((bytes.length * 8) / 6);
    return bytes.toString(encoding).slice(Math.ceil((offset * 8) / 6), wholeCharacters);
  });
}
