import { readFileSync, statSync } from 'node:fs';
import { platform } from 'node:os';
import type { TokenConfig } from '../config/config.ts';
import { ProxyError } from '../errors.ts';

export interface FoundToken {
  readonly token: string;
  /** Where it came from, for banners and logs; never a character of it. */
  readonly source: string;
  /** The file that it came from, where others may read it too. */
  readonly exposed?: { readonly path: string; readonly mode: number };
}

/** Where the settings themselves came from, e.g. `environment` or `flag --token-file`. */
export interface TokenOrigins {
  readonly token?: string;
  readonly tokenFile?: string;
}

/** Far beyond any JWT, and what common servers still take as one header field. */
const MAX_TOKEN_LENGTH = 16_384;

export function readToken({ value, file }: TokenConfig, origins: TokenOrigins = {}): FoundToken {
  if (value !== undefined) {
    const source = sourceOf('MKIO_TOKEN', origins.token);
    return { token: parseToken(value, source), source };
  }
  if (file !== undefined) {
    const source = sourceOf(`MKIO_TOKEN_FILE ${file}`, origins.tokenFile);
    const { text, mode } = readTokenFile(file, source);
    // Windows has no such bits.
    const isExposed = (mode & 0o077) !== 0 && platform() !== 'win32';
    return { token: parseToken(text, source), source, ...(isExposed && { exposed: { path: file, mode } }) };
  }
  throw new ProxyError('TOKEN_UNAVAILABLE', 'no token: neither MKIO_TOKEN nor MKIO_TOKEN_FILE is set');
}

/** White space around the token goes, as editors and `echo` add it; anything else that is no token is refused. */
export function parseToken(text: string, source: string): string {
  const token = text.trim();
  const problem = readProblem(token);
  if (problem === undefined) return token;
  throw new ProxyError('TOKEN_UNAVAILABLE', `the token of ${source} ${problem}`, {
    hint: 'Give the token alone, as MK.IO showed it: one line, without quotes and without the word Bearer.',
  });
}

function readProblem(token: string): string | undefined {
  if (token === '') return 'is blank';
  if (/\s/.test(token)) return 'has white space inside';
  if (/\p{Cc}/u.test(token)) return 'has control characters inside';
  // The syntax that RFC 6750 §2.1 gives a bearer token.
  if (!/^[\w\-.~+/]+=*$/.test(token)) return 'has characters that no bearer token has';
  if (token.length > MAX_TOKEN_LENGTH) return `is longer than ${MAX_TOKEN_LENGTH} characters`;
  return undefined;
}

const sourceOf = (setting: string, origin: string | undefined): string =>
  origin === undefined ? setting : `${setting} (${origin})`;

function readTokenFile(path: string, source: string): { readonly text: string; readonly mode: number } {
  try {
    return { text: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777 };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new ProxyError('TOKEN_UNAVAILABLE', `the file of ${source} cannot be read (${reason})`, {
      cause: error,
      hint: 'Check that the file exists, is readable for the user of the proxy and holds the token alone.',
    });
  }
}
