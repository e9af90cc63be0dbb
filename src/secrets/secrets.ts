import type { Redact } from './redact.ts';
import { createRedactor, createTokenMask } from './redact.ts';
import type { Spellings } from './spellings.ts';
import { createSpellings } from './spellings.ts';

/**
 * What this process must not show. Made once, before anything is printed, and grown with every token that is read: the
 * spellings are compiled again then, and not with a request.
 */
export interface Secrets {
  /** From now on this token is masked wherever something is shown. */
  readonly hold: (token: string) => void;
  /** Where tokens stand in bytes. */
  readonly spellings: Spellings;
  /** Masks the tokens alone: for text that has to stay as it is otherwise, such as an answer's header. */
  readonly maskTokens: Redact;
  /** Masks tokens, keys and whatever looks like a secret: for what is logged, kept or printed. */
  readonly redact: Redact;
}

/**
 * A token is out of use soon after it was replaced, while its mask costs memory and time at each change: those of the last
 * hundred changes are kept, which is 20 seconds at the five changes a second that no operator makes.
 */
const MAX_TOKENS = 100;

/** @param keys what lets callers in here: these never travel, so that no answer can echo them */
export function createSecrets(keys: readonly string[] = []): Secrets {
  const tokens: string[] = [];
  const spellings = createSpellings(tokens);
  const maskTokens = createTokenMask(spellings);
  const maskKeys = createTokenMask(createSpellings(keys));
  return {
    hold: (token) => {
      const known = tokens.indexOf(token);
      if (known !== -1) tokens.splice(known, 1);
      if (tokens.push(token) > MAX_TOKENS) tokens.shift();
    },
    spellings,
    maskTokens,
    redact: createRedactor((text) => maskKeys(maskTokens(text))),
  };
}
