const each = (text: string, write: (byte: number) => string): string => Array.from(Buffer.from(text), write).join('');
const hexOf = (byte: number): string => byte.toString(16).padStart(2, '0');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const hex = (text: string): string => Buffer.from(text).toString('hex');

/** Encodings in which a secret may leak, by accident or by malice. One character is one byte. */
export const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  unencoded: (secret) => secret,
  'in base64': (secret) => base64(secret),
  'in base64 after one byte': (secret) => base64(`:${secret}:`),
  'in base64 after two bytes': (secret) => base64(`a:${secret}`),
  'in base64url': (secret) => base64url(secret),
  'in base64url after one byte': (secret) => base64url(`?${secret}?`),
  'in base64url after two bytes': (secret) => base64url(`??${secret}`),
  'URL-encoded': encodeURIComponent,
  'URL-encoded in lower case': (secret) => encodeURIComponent(secret).replace(/%../g, (part) => part.toLowerCase()),
  'URL-encoded twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'URL-encoded byte by byte': (secret) => each(secret, (byte) => `%${hexOf(byte)}`),
  'URL-encoded byte by byte in upper case': (secret) => each(secret, (byte) => `%${hexOf(byte).toUpperCase()}`),
  'URL-encoded twice byte by byte': (secret) => each(secret, (byte) => `%25${hexOf(byte)}`),
  'in base64, URL-encoded': (secret) => encodeURIComponent(base64(`a:${secret}`)),
  'in JSON escapes': (secret) => each(secret, (byte) => `\\u00${hexOf(byte)}`),
  'in JSON escapes in upper case': (secret) => each(secret, (byte) => `\\u00${hexOf(byte).toUpperCase()}`),
  'with JSON-escaped slashes': (secret) => secret.replaceAll('/', '\\/'),
  'in hex': hex,
  'in hex in upper case': (secret) => hex(secret).toUpperCase(),
  'in HTML entities': (secret) => each(secret, (byte) => `&#${byte};`),
  'in hexadecimal HTML entities': (secret) => each(secret, (byte) => `&#x${hexOf(byte).toUpperCase()};`),
  'in HTML-template escapes': (secret) => secret.replace(/[^\w.-]/g, (char) => `&#${char.charCodeAt(0)};`),
};

/** Encodings that no HTTP header can carry. */
export const UTF_16: typeof ENCODINGS = {
  'in UTF-16': (secret) => Buffer.from(secret, 'utf16le').toString('latin1'),
  'in UTF-16 with the high byte first': (secret) => Buffer.from(secret, 'utf16le').swap16().toString('latin1'),
};
