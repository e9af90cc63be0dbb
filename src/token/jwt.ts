import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { decodeJwt } from 'jose/jwt/decode';

/** Unverified claims of a JWT, only for display and expiry, never for trust. */
export interface Claims {
  readonly kid: string | undefined;
  readonly alg: string | undefined;
  readonly jti: string | undefined;
  /** Seconds since 1970, as in the JWT. */
  readonly exp: number | undefined;
  readonly iat: number | undefined;
}

/** The last time value of a Date (ECMA-262 §21.4.1.1). */
const LAST_SECOND = 8.64e12;

/** undefined for an opaque token; never throws. */
export function readClaims(token: string): Claims | undefined {
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    const { jti, exp, iat } = decodeJwt(token);
    return { kid: textOf(kid), alg: textOf(alg), jti: textOf(jti), exp: timeOf(exp), iat: timeOf(iat) };
  } catch {
    return undefined;
  }
}

// jose's types promise strings and numbers; an unverified token may hold anything.
const textOf = (claim: unknown): string | undefined => (typeof claim === 'string' ? claim : undefined);
const timeOf = (claim: unknown): number | undefined =>
  typeof claim === 'number' && Math.abs(claim) <= LAST_SECOND ? claim : undefined;
