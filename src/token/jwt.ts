import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { decodeJwt } from 'jose/jwt/decode';

/** Unverified claims of a JWT. Use them for display and expiry only. */
export interface Claims {
  readonly kid: string | undefined;
  readonly alg: string | undefined;
  readonly jti: string | undefined;
  /** In seconds since 1970. */
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

// An unverified token may contain other types than jose declares.
const textOf = (claim: unknown): string | undefined => (typeof claim === 'string' ? claim : undefined);
const timeOf = (claim: unknown): number | undefined =>
  typeof claim === 'number' && Math.abs(claim) <= LAST_SECOND ? claim : undefined;
