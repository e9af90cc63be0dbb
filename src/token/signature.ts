import { JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { compactVerify } from 'jose/jws/compact/verify';
import type { JSONWebKeySet } from 'jose';

/** `unknown-key`: no published key matches the token's `kid`. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unknown-key';

/**
 * Verifies the JWT by the keys in `jwks`, without checking its expiry.
 *
 * @throws Error if `jwks` is not a list of keys
 */
export async function verifySignature(token: string, jwks: string): Promise<SignatureVerdict> {
  const keys = createLocalJWKSet(JSON.parse(jwks) as JSONWebKeySet);
  try {
    await compactVerify(token, keys);
    return 'valid';
  } catch (error) {
    return error instanceof JWKSNoMatchingKey ? 'unknown-key' : 'invalid';
  }
}
