import type { JWK } from 'jose';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { verifySignature } from '../../src/token/signature.ts';

interface Key {
  readonly jwk: JWK;
  readonly sign: () => Promise<string>;
}

async function createKey(kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const { kty, n, e } = await exportJWK(publicKey);
  const jwk = { kty: kty!, n: n!, e: e!, kid, key_ops: ['verify'] };
  const sign = () => new SignJWT({ jti: 'x', exp: 1 }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
  return { jwk, sign };
}

const listOf = (...keys: Key[]): string => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });

describe('The signature of a token', () => {
  test('is valid if the named key made it, even if the token has expired', async () => {
    const [one, two] = await Promise.all([createKey('1'), createKey('2')]);
    expect(await verifySignature(await two.sign(), listOf(one, two))).toBe('valid');
  });

  test('is invalid if another key with the same id made it', async () => {
    const [real, forged] = await Promise.all([createKey('1'), createKey('1')]);
    expect(await verifySignature(await forged.sign(), listOf(real))).toBe('invalid');
  });

  test('has an unknown key if no key has its id', async () => {
    const [real, other] = await Promise.all([createKey('1'), createKey('2')]);
    expect(await verifySignature(await other.sign(), listOf(real))).toBe('unknown-key');
  });

  test('is invalid if it is missing or made with a shared secret', async () => {
    const real = await createKey('1');
    const shared = new SignJWT({}).setProtectedHeader({ alg: 'HS256', kid: '1' }).sign(Buffer.alloc(32, 1));
    expect(await verifySignature(new UnsecuredJWT({ jti: 'x' }).encode(), listOf(real))).toBe('invalid');
    expect(await verifySignature(await shared, listOf(real))).toBe('invalid');
  });

  test.each(['', '<html>', 'null', '{}', '{"keys":7}'])(
    'cannot be verified with %j, which is not a list of keys',
    async (text) => {
      const { sign } = await createKey('1');
      await expect(verifySignature(await sign(), text)).rejects.toThrow();
    },
  );
});
