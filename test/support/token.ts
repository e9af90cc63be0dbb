import { createValueSource } from '../../src/token/sources.ts';
import type { FoundToken, TokenSource } from '../../src/token/sources.ts';
import type { TokenStore, TokenStoreOptions } from '../../src/token/store.ts';
import { createTokenStore } from '../../src/token/store.ts';

/** A token that is no JWT. */
export const OPAQUE_TOKEN = 'opaque-token-of-the-tests-1';

/** A store with only this token. */
export const createFixedStore = (token: string, options: Partial<TokenStoreOptions> = {}): TokenStore =>
  createTokenStore({ source: createValueSource(token, 'the test'), first: { token }, ...options });

/** A test source that returns the result of `read`. */
export const createTestSource = (
  read: () => Promise<FoundToken>,
  kind: TokenSource['kind'] = 'command',
): TokenSource => ({ kind, name: 'the test', read });
