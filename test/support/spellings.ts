import fc from 'fast-check';

const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, '0');

/** A character: unchanged, in the other case, or encoded up to three times. */
const spellChar = (char: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('', 'case'), fc.constantFrom(0, 0, 0, 1, 1, 2, 3), fc.boolean())
    .map(([other, depth, upper]) => {
      const written = other === 'case' ? swapCase(char) : char;
      if (depth === 0) return written;
      const escape = `%${'25'.repeat(depth - 1)}${hex(written)}`;
      return upper ? escape.toUpperCase() : escape;
    });

const swapCase = (char: string): string => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase());

const PARAMETERS = ['', '', '', ';', ';x=1', ';x;y', '%3bx', '%253Bx'];
const SLASHES = ['/', '/', '/', '//', '///', '/;/', '/%3bx/'];
const ENDS = ['', '', '/', '//', ';', '%3fx=1', '%23x', '%253fx'];

/** A segment: unchanged or with any encoding of each character, with or without parameters. */
const spellSegment = (segment: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.boolean(), fc.tuple(...Array.from(segment, spellChar)), fc.constantFrom(...PARAMETERS))
    .map(([plain, chars, parameters]) => (plain ? segment : chars.join('')) + parameters);

/**
 * Encodings of a path that some lenient server reads as that path: other case, escapes, parameters, repeated slashes,
 * a truncated end. The first `kept` segments are unchanged, for a prefix that has to match.
 */
export function spellingsOf(path: string, kept = 2): fc.Arbitrary<string> {
  const segments = path.slice(1).split('/');
  const pieces = segments.slice(kept).map((segment) => fc.tuple(fc.constantFrom(...SLASHES), spellSegment(segment)));
  return fc
    .tuple(fc.tuple(...pieces), fc.constantFrom(...ENDS))
    .map(([spelled, end]) => `/${segments.slice(0, kept).join('/')}${spelled.flat().join('')}${end}`);
}
