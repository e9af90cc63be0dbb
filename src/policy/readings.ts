/** The segments of a path, without the empty one before the first slash. */
export type Path = readonly string[];

/**
 * A path in every way in which an upstream might read it. Rules check all readings, because the bytes are sent unchanged.
 */
export interface Readings {
  /** Decoded once, as every server does, and further, as lenient servers do. */
  readonly exact: readonly Path[];
  /** The same in lower case, for case-insensitive servers. */
  readonly folded: readonly Path[];
}

const MAX_DECODINGS = 4;
// MK.IO's longest path has 11.
const MAX_SEGMENTS = 64;
const PLAIN = /^(?:\/[^/%;]+)+\/?$/;
const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
const ASCII_ESCAPE = /%([0-7][0-9a-f])/gi;
// Never part of an MK.IO name, but some decoders misread them: dot segments and backslashes after a second decoding,
// overlong UTF-8 (RFC 3629 §10), and the non-standard %uXXXX.
const TREACHEROUS = /(?:^|\/)\.{1,2}(?:[;/?#]|$)|\\|%c[01]|%e0%[89]|%f0%8|%u[0-9a-f]{4}/i;

/** undefined if the path has too many readings to judge. */
export function readReadings(path: string): Readings | undefined {
  const texts = PLAIN.test(path) ? [path] : readTexts(path);
  const folded = texts.map(fold);
  if (texts.length === 0 || ![...texts, ...folded].every(isBounded)) return undefined;
  return { exact: texts.map(split), folded: folded.map(split) };
}

/** Ignores a trailing slash: MK.IO's own clients call `…/storage/` without it. */
function split(text: string): Path {
  let end = text.length;
  while (end > 1 && text[end - 1] === '/') end--;
  return text.slice(1, end).split('/');
}

const isBounded = (text: string): boolean => text.split('/').length <= MAX_SEGMENTS && !TREACHEROUS.test(text);

/** Every text that decoding and lenient parsing can produce; none if decoding does not end. */
function readTexts(path: string): readonly string[] {
  const texts = new Set<string>();
  let text = path;
  for (let round = 0; round < MAX_DECODINGS; round++) {
    const decoded = decode(text);
    if (round > 0 && decoded === text) return [...texts];
    if (!isBounded(decoded)) return [];
    for (const variant of variantsOf(decoded)) texts.add(variant);
    text = decoded;
  }
  return decode(text) === text ? [...texts] : [];
}

/** Parts that a lenient server may drop, one or more of them, in this order. */
const LENIENCES: readonly ((text: string) => string)[] = [
  (text) => text.replace(/[?#][^]*$/, ''),
  (text) => text.replace(/;[^/]*/g, ''),
  (text) => text.replace(/\/{2,}/g, '/'),
];

const variantsOf = (text: string): readonly string[] =>
  LENIENCES.reduce(
    (texts, take) => texts.flatMap((some) => (take(some) === some ? [some] : [some, take(some)])),
    [text],
  );

/** Decodes once. Bytes that are not UTF-8 stay encoded, in upper case. */
export function decode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(ESCAPES, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.toUpperCase().replace(ASCII_ESCAPE, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    }
  });
}

const ASCII = /^[\0-\x7f]*$/;

/**
 * Folds case, beyond ASCII too: the Kelvin sign becomes k and the long s becomes s. Never adds or removes a segment, so an exact
 * match is also a folded match.
 */
export function fold(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text.toUpperCase().toLowerCase().replaceAll('i\u0307', 'i');
}
