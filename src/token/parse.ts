import { ProxyError } from '../errors.ts';
import { readPlainness } from '../secrets/mask.ts';

/** Far above the length of a JWT, and within the header limits of common servers. */
const MAX_TOKEN_LENGTH = 16_384;

/**
 * Trims white space, which editors and `echo` add, and validates the token.
 *
 * @throws ProxyError TOKEN_UNAVAILABLE that does not quote the text
 */
export function parseToken(text: string, source: string): string {
  const token = text.trim();
  const malformed = readProblem(token);
  if (malformed !== undefined) throw unusable(source, malformed, ALONE);
  const plain = readPlainness(token);
  if (plain !== undefined) throw unusable(source, plain, WHOLE);
  return token;
}

const ALONE = 'Give the token alone, as MK.IO showed it: one line, without quotes and without the word Bearer.';
const WHOLE =
  'Give the whole token, as MK.IO showed it. The proxy masks its token everywhere, so a short token or a plain word would mask ordinary text.';

const unusable = (source: string, problem: string, hint: string): ProxyError =>
  new ProxyError('TOKEN_UNAVAILABLE', `the token of ${source} ${problem}`, { hint });

function readProblem(token: string): string | undefined {
  if (token === '') return 'is blank';
  if (/\s/.test(token)) return 'has white space inside';
  if (/\p{Cc}/u.test(token)) return 'has control characters inside';
  // Syntax of a bearer token (RFC 6750 §2.1).
  if (!/^[\w\-.~+/]+=*$/.test(token)) return 'has characters that no bearer token has';
  if (token.length > MAX_TOKEN_LENGTH) return `is longer than ${MAX_TOKEN_LENGTH} characters`;
  return undefined;
}
