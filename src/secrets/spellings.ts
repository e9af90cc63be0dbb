import { ESCAPE_BEGINS, ESCAPE_BYTES, LONGEST_ESCAPE } from './escapes.ts';
import type { Found, SpellingTable } from './spelling-search.ts';
import { findSpellings } from './spelling-search.ts';

/** Every way in which known secrets may be spelled: raw, base64, base64url and hex, each escaped for a URL, JSON or HTML in any part. */
export interface Spellings {
  /** Shorter texts hold none. */
  readonly shortest: () => number;
  /** @param last whether nothing follows: else a beginning at the end is told too */
  readonly find: (text: Uint8Array, last: boolean) => Found;
}

/** Fewer characters, from a token that is a word, say nothing and stand everywhere. */
const MIN_ENCODED_LENGTH = 8;

/** @param secrets may grow: it is compiled again when it has changed */
export function createSpellings(secrets: readonly string[]): Spellings {
  let table: SpellingTable | undefined;
  let count = 0;
  let newest: string | undefined;
  const read = (): SpellingTable => {
    if (table !== undefined && secrets.length === count && secrets.at(-1) === newest) return table;
    count = secrets.length;
    newest = secrets.at(-1);
    return (table = compile(secrets));
  };
  return { shortest: () => read().shortest, find: (text, last) => findSpellings(read(), text, last) };
}

function compile(secrets: readonly string[]): SpellingTable {
  const texts = new Set(secrets.flatMap(spellingsOf));
  const spellings = [...texts].map((text) => Buffer.from(text)).sort((a, b) => a.compare(b));
  const lengths = spellings.map(({ length }) => length);
  const bytes = new Uint8Array(256);
  for (const byte of ESCAPE_BYTES) bytes[byte] = 1;
  for (const spelling of spellings) for (const byte of spelling) bytes[byte] = 1;
  for (const byte of ESCAPE_BEGINS) bytes[byte] = 2;
  for (const [first = 0] of spellings) bytes[first] = 2;
  return {
    spellings,
    shortest: Math.min(...lengths),
    longest: Math.max(0, ...lengths) * LONGEST_ESCAPE,
    bytes,
  };
}

function spellingsOf(secret: string): string[] {
  if (secret === '') return [];
  const hex = Buffer.from(secret).toString('hex');
  const encoded = [...base64Cores(secret, 'base64'), ...base64Cores(secret, 'base64url'), hex, hex.toUpperCase()];
  return [secret, ...encoded.filter(({ length }) => length >= MIN_ENCODED_LENGTH)];
}

/**
 * Base64 of a secret inside a longer text depends on its offset modulo 3 only, except for the characters at its edges,
 * which mix with its neighbours' bits and are left out.
 */
function base64Cores(secret: string, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    const wholeCharacters = Math.floor((bytes.length * 8) / 6);
    return bytes.toString(encoding).slice(Math.ceil((offset * 8) / 6), wholeCharacters);
  });
}
