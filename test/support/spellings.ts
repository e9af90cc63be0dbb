import fc from 'fast-check';

const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, '0');

/** A character as it stands, in the other case, or encoded up to three times. */
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

/** A segment as it stands or with each character spelled at will, and with parameters or none. */
const spellSegment = (segment: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.boolean(), fc.tuple(...Array.from(segment, spellChar)), fc.constantFrom(...PARAMETERS))
    .map(([plain, chars, parameters]) => (plain ? segment : chars.join('')) + parameters);

/**
 * Spellings of a path that some lenient server reads as that path: other case, escapes, parameters, runs of slashes, an
 * end that is cut off. The first `kept` segments stand as they are, for a prefix that has to match.
 */
export function spellingsOf(path: string, kept = 2): fc.Arbitrary<string> {
  const segments = path.slice(1).split('/');
  const pieces = segments.slice(kept).map((segment) => fc.tuple(fc.constantFrom(...SLASHES), spellSegment(segment)));
  return fc
    .tuple(fc.tuple(...pieces), fc.constantFrom(...ENDS))
    .map(([spelled, end]) => `/${segments.slice(0, kept).join('/')}${spelled.flat().join('')}${end}`);
}
