const MASK = '[redacted]';

/** Masks every known secret in a text: raw, base64 and base64url at any offset, each URL-encoded in whole or in part. */
export type Redact = (text: string) => string;

export function createRedactor(secrets: readonly string[]): Redact {
  const spellings = [...new Set(secrets.filter((secret) => secret !== '').flatMap(spellingsOf))];
  if (spellings.length === 0) return (text) => text;
  // The longest first, so that a spelling that holds another one is masked whole.
  spellings.sort((a, b) => b.length - a.length);
  const shortest = spellings.at(-1)?.length ?? 0;
  const pattern = new RegExp(spellings.map(encodablePattern).join('|'), 'g');
  return (text) => (text.length < shortest ? text : text.replace(pattern, MASK));
}

function spellingsOf(secret: string): string[] {
  return [secret, ...base64Cores(secret, 'base64'), ...base64Cores(secret, 'base64url')];
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

/** Matches a text, each of its bytes plain or percent-encoded in either case (RFC 3986 §2.1). */
function encodablePattern(text: string): string {
  return Array.from(Buffer.from(text), (byte) => {
    const hex = byte.toString(16).padStart(2, '0');
    const eitherCase = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\x${hex}|%${eitherCase})`;
  }).join('');
}
