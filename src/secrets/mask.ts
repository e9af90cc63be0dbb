/** Replaces every secret that would be logged, kept or printed. */
export const MASK = '[redacted]';

export const MIN_TOKEN_LENGTH = 20;

/** Why masking `token` would also mask ordinary text. undefined if it would not. */
export function readPlainness(token: string): string | undefined {
  if (token.length < MIN_TOKEN_LENGTH) return `is shorter than ${MIN_TOKEN_LENGTH} characters`;
  if (!/\d/.test(token)) return 'has no digit, as if it were plain words';
  if (!/[a-z]/i.test(token)) return 'has no letter, as if it were a plain number';
  return undefined;
}
