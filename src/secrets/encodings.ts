import type { EncodingTable, Found } from './encoding-search.ts';
import { findEncodings } from './encoding-search.ts';
import { ESCAPE_BYTES, LONGEST_ESCAPE } from './escapes.ts';

/** The encodings of known secrets: raw, base64, base64url and hex, each with any character escaped for a URL, JSON or HTML. */
export interface Encodings {
  /** Shorter texts contain none. */
  readonly shortest: () => number;
  /** @param last whether nothing follows; otherwise an unfinished match at the end is reported too */
  readonly find: (text: Uint8Array, last: boolean) => Found;
}

/** A shorter encoding, of a token that is a word, would match ordinary text. */
const MIN_ENCODED_LENGTH = 8;

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
  return { shortest: () => read().shortest, find: (text, last) => findEncodings(read(), text, last) };
}

function compile(secrets: readonly string[]): EncodingTable {
  const texts = new Set(secrets.flatMap(encodingsOf));
  const encodings = [...texts].map((text) => Buffer.from(text)).sort((a, b) => b.length - a.length);
  const lengths = encodings.map(({ length }) => length);
  const alphabet = new Uint8Array(256);
  for (const byte of ESCAPE_BYTES) alphabet[byte] = 1;
  for (const encoding of encodings) for (const byte of encoding) alphabet[byte] = 1;
  return {
    byFirst: groupByFirst(encodings),
    shortest: Math.min(...lengths),
    longest: Math.max(0, ...lengths) * LONGEST_ESCAPE,
    alphabet,
  };
}

function groupByFirst(encodings: readonly Uint8Array[]): EncodingTable['byFirst'] {
  const groups = new Map<number, Uint8Array[]>();
  for (const encoding of encodings) {
    const [first = 0] = encoding;
    groups.set(first, [...(groups.get(first) ?? []), encoding]);
  }
  return groups;
}

function encodingsOf(secret: string): string[] {
  if (secret === '') return [];
  const hex = Buffer.from(secret).toString('hex');
  const encoded = [...base64Cores(secret, 'base64'), ...base64Cores(secret, 'base64url'), hex, hex.toUpperCase()];
  return [secret, ...encoded.filter(({ length }) => length >= MIN_ENCODED_LENGTH)];
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
