/** The segments of a path, without the empty one before its first slash. */
export type Path = readonly string[];

/**
 * A path in every way in which an upstream might read it. Rules look at all of them, since the bytes are sent as they
 * came.
 */
export interface Readings {
  /** Decoded once, as every server does, and as lenient ones go on. */
  readonly exact: readonly Path[];
  /** The same as one that does not tell upper case from lower compares them. */
  readonly folded: readonly Path[];
}

const MAX_DECODINGS = 4;
// MK.IO's longest path has 11.
const MAX_SEGMENTS = 64;
const PLAIN = /^(?:\/[^/%;]+)+\/?$/;
const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
const ASCII_ESCAPE = /%([0-7][0-9a-f])/gi;
// What no name of MK.IO can hold and some decoder may turn into something else: dot segments and backslashes that only a
// second decoding shows, overlong UTF-8 (RFC 3629 §10), and %uXXXX, which no RFC knows.
const TREACHEROUS = /(?:^|\/)\.{1,2}(?:[;/?#]|$)|\\|%c[01]|%e0%[89]|%f0%8|%u[0-9a-f]{4}/i;

/** undefined for a path that can be read in more ways than are worth judging. */
export function readReadings(path: string): Readings | undefined {
  const texts = PLAIN.test(path) ? [path] : readTexts(path);
  const folded = texts.map(fold);
  if (texts.length === 0 || ![...texts, ...folded].every(isBounded)) return undefined;
  return { exact: texts.map(split), folded: folded.map(split) };
}

/** A slash at the end is no difference: MK.IO's own clients call `…/storage/` without it. */
function split(text: string): Path {
  let end = text.length;
  while (end > 1 && text[end - 1] === '/') end--;
  return text.slice(1, end).split('/');
}

const isBounded = (text: string): boolean => text.split('/').length <= MAX_SEGMENTS && !TREACHEROUS.test(text);

/** Every text that decodings and leniences make of it; none where decoding does not come to an end. */
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

/** What a lenient server may take away, one or more of them, in this order. */
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

/** Decodes once. Bytes that are no UTF-8 stay encoded, in one spelling. */
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
 * In one case of letters; beyond ASCII that makes k of the Kelvin sign and s of the long s. Never adds or takes away a
 * segment, so that what matches as it stands matches folded too.
 */
export function fold(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text.toUpperCase().toLowerCase().replaceAll('i\u0307', 'i');
}
