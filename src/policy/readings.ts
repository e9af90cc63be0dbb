/** The segments of a path, without the empty one before the first slash. */
export type Path = readonly string[];

/**
 * A path in every way in which an upstream might read it. Rules check all readings, because the bytes are sent unchanged.
 */
export interface Readings {
  /** Decoded once, as every server does, and further, as lenient servers do. */
  readonly exact: readonly Path[];
  /** The same with case and compatibility characters folded, for servers that ignore these. */
  readonly folded: readonly Path[];
}

const MAX_DECODINGS = 4;
// MK.IO's longest path has 11.
const MAX_SEGMENTS = 64;
// Segments of printable ASCII without `%` and `;`, and without a dot at the end.
const PLAIN = /^(?:\/[!-$&-.0-:<-~]*[!-$&--0-:<-~])+\/?$/;
const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
const ASCII_ESCAPE = /%([0-7][0-9a-f])/gi;
// Never part of an MK.IO name, but some decoders misread them: dot segments and backslashes after a second decoding,
// overlong UTF-8 (RFC 3629 §10), the non-standard %uXXXX, and more than 30 combining marks (UAX #15 §13), which are slow to fold.
const TREACHEROUS = /(?:^|\/)\s*\.{1,2}\s*(?:[;/?#]|$)|\\|%c[01]|%e0%[89]|%f0%8|%u[0-9a-f]{4}|\p{M}{31}/iu;

/** undefined if the path has too many readings to judge. */
export function readReadings(path: string): Readings | undefined {
  const texts = PLAIN.test(path) ? [path] : readTexts(path);
  const exact = texts.map(split);
  // Segment by segment, because folding may add a slash: an exact match is also a folded match.
  const folded = lastOfEach(exact.map((segments) => segments.map(fold)));
  if (texts.length === 0 || ![...texts, ...folded.map(join)].every(isBounded)) return undefined;
  return { exact, folded };
}

/** Ignores a trailing slash: MK.IO's own clients call `…/storage/` without it. */
function split(text: string): Path {
  let end = text.length;
  while (end > 1 && text[end - 1] === '/') end--;
  return text.slice(1, end).split('/');
}

const join = (segments: Path): string => `/${segments.join('/')}`;

/** Without repetitions; the last path stays the most lenient one. */
function lastOfEach(paths: readonly Path[]): readonly Path[] {
  const keys = paths.map((path) => path.join('\0'));
  return paths.filter((_, at) => keys.lastIndexOf(keys[at] ?? '') === at);
}

const isBounded = (text: string): boolean => text.split('/').length <= MAX_SEGMENTS && !TREACHEROUS.test(text);

/** Every text that decoding and lenient parsing can produce; none if decoding does not end. */
function readTexts(path: string): readonly string[] {
  const texts = new Set<string>();
  let text = decode(path);
  for (let round = 0; round < MAX_DECODINGS; round++) {
    if (!isBounded(text) || !isBounded(foldCompatible(text))) return [];
    for (const variant of variantsOf(text)) texts.add(variant);
    const next = decodeFurther(text);
    if (next === text) return [...texts];
    text = next;
  }
  return [];
}

/** A fullwidth percent sign may begin another escape. */
function decodeFurther(text: string): string {
  const decoded = decode(text);
  return decoded === text ? foldCompatible(text) : decoded;
}

/** Every combination of liberties that a server may take, in this order. The most lenient servers also fold and trim. */
function variantsOf(text: string): readonly string[] {
  const cut = (start: string): readonly string[] => withAndWithout(dropParameters, withAndWithout(dropEnd, [start]));
  return withAndWithout(collapseSlashes, [...cut(text), ...cut(foldCompatible(text)).map(trimSegments)]);
}

type Change = (text: string) => string;

const withAndWithout = (change: Change, texts: readonly string[]): readonly string[] => [
  ...new Set([...texts, ...texts.map(change)]),
];

const dropEnd: Change = (text) => text.replace(/[?#][^]*$/, '');
const dropParameters: Change = (text) => text.replace(/;[^/]*/g, '');
const collapseSlashes: Change = (text) => text.replace(/\/{2,}/g, '/');
/** Windows drops blanks and dots at the end of a name. */
const trimSegments: Change = (text) => text.split('/').map(trim).join('/');

function trim(segment: string): string {
  let end = segment.length;
  while (end > 0 && /[\s.]/.test(segment[end - 1] ?? '')) end--;
  return segment.slice(0, end).trimStart();
}

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

/** Folds fullwidth letters, ligatures and the like, and drops invisible characters, as NFKC_Casefold does (Unicode §3.13). */
const foldCompatible: Change = (text) =>
  ASCII.test(text) ? text : text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');

/** Folds a segment. Case is folded beyond ASCII too: the Kelvin sign becomes k and the long s becomes s. */
export function fold(segment: string): string {
  if (ASCII.test(segment)) return segment.toLowerCase();
  return foldCompatible(segment).toUpperCase().toLowerCase().replaceAll('i\u0307', 'i');
}
