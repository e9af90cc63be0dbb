import fc from 'fast-check';

/** A character that may be beyond ASCII, encoded `depth` times. */
const encode = (char: string, depth: number): string =>
  Array.from(Buffer.from(char), (byte) => `%${'25'.repeat(depth - 1)}${byte.toString(16).padStart(2, '0')}`).join('');

/** A character: unchanged, in the other case, fullwidth or beside an invisible character, and encoded up to three times. */
const spellChar = (char: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...FORMS), fc.constantFrom(0, 0, 0, 1, 1, 2, 3), fc.boolean())
    .map(([form, depth, upper]) => {
      const written = form(char);
      const isAscii = written.length === 1 && written.charCodeAt(0) < 0x80;
      if (depth === 0 && isAscii) return written;
      const escape = encode(written, Math.max(depth, 1));
      return upper ? escape.toUpperCase() : escape;
    });

type Form = (char: string) => string;
const unchanged: Form = (char) => char;
/** NFKC folds it to the ASCII character (Unicode block Halfwidth and Fullwidth Forms). */
const widen: Form = (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0);
const accompany: Form = (char) => `${char}\u200b`;
const swapCase: Form = (char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase());

const FORMS = [unchanged, unchanged, unchanged, unchanged, swapCase, swapCase, widen, accompany];
const TRAILS = ['', '', '', '', '', '%20', '.', '%20.', '..', '%2520', '%C2%A0', '%E3%80%80%2e'];
const PARAMETERS = ['', '', '', ';', ';x=1', ';x;y', '%3bx', '%253Bx'];
const SLASHES = ['/', '/', '/', '//', '///', '/;/', '/%3bx/'];
const ENDS = ['', '', '/', '//', ';', '%3fx=1', '%23x', '%253fx'];

/** A segment: unchanged or with any encoding of each character, with or without blanks, dots and parameters at its end. */
const spellSegment = (segment: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.boolean(),
      fc.tuple(...Array.from(segment, spellChar)),
      fc.constantFrom(...TRAILS),
      fc.constantFrom(...PARAMETERS),
    )
    .map(([plain, chars, trail, parameters]) => (plain ? segment : chars.join('')) + trail + parameters);

/**
 * Encodings of a path that some lenient server reads as that path: other case, escapes, compatible characters, trailing
 * blanks and dots, parameters, repeated slashes, a truncated end. The first `kept` segments are unchanged, for a prefix that has to match.
 */
export function spellingsOf(path: string, kept = 2): fc.Arbitrary<string> {
  const segments = path.slice(1).split('/');
  const pieces = segments.slice(kept).map((segment) => fc.tuple(fc.constantFrom(...SLASHES), spellSegment(segment)));
  return fc
    .tuple(fc.tuple(...pieces), fc.constantFrom(...ENDS))
    .map(([spelled, end]) => `/${segments.slice(0, kept).join('/')}${spelled.flat().join('')}${end}`);
}
