import type { Encodings } from './encodings.ts';
import { createEncodings } from './encodings.ts';
import { readPlainness } from './mask.ts';
import type { Redact } from './redact.ts';
import { createRedactor, createTokenMask } from './redact.ts';

/** The secrets of this process. Created before anything is printed; grows with each token that is read. */
export interface Secrets {
  /** Masks this token from now on, unless that would also mask ordinary text. */
  readonly hold: (token: string) => void;
  /** Finds tokens in bytes. */
  readonly encodings: Encodings;
  /** Masks only tokens, for text that must stay intact otherwise, such as an answer's header. */
  readonly maskTokens: Redact;
  /** For logs, captures and output: masks tokens, keys and values that look like secrets. */
  readonly redact: Redact;
}

/** The token in use and those of running exchanges: a replaced token is soon out of use. */
const MAX_TOKENS = 4;

/** @param keys of callers and operators: these never travel, so no answer can echo them */
export function createSecrets(keys: readonly string[] = []): Secrets {
  const tokens: string[] = [];
  const encodings = createEncodings(tokens);
  const maskTokens = createTokenMask(encodings);
  const maskKeys = createTokenMask(createEncodings(keys));
  return {
    hold: (token) => {
      if (readPlainness(token) !== undefined) return;
      const known = tokens.indexOf(token);
      if (known !== -1) tokens.splice(known, 1);
      if (tokens.push(token) > MAX_TOKENS) tokens.shift();
    },
    encodings,
    maskTokens,
    redact: createRedactor((text) => maskKeys(maskTokens(text))),
  };
}
