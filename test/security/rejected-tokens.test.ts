// The attack: a broken token source returns many expired tokens, which displace the token in use from the list of
// masked tokens. An upstream that echoes the token would then reveal it.

import { expect, test } from 'vitest';
import { createSecrets } from '../../src/secrets/secrets.ts';
import { createTokenStore } from '../../src/token/store.ts';
import { forgeJwt } from '../support/jwt.ts';

test('rejected tokens never displace the mask of the token in use', async () => {
  const { hold, maskTokens } = createSecrets();
  const inUse = forgeJwt({ exp: Date.now() / 1000 + 3_600 });
  hold(inUse);
  let read = 0;
  const readExpired = () => {
    const token = forgeJwt({ exp: 1, jti: String(read++) });
    hold(token);
    return Promise.resolve({ token });
  };
  const source = { kind: 'file', name: 'the file', read: readExpired } as const;
  const store = createTokenStore({ source, first: { token: inUse }, hold });

  for (let i = 0; i < 10; i++) await store.reload();

  expect(store.current()).toBe(inUse);
  expect(read).toBe(10);
  expect(maskTokens(inUse)).toBe('[redacted]');
});
