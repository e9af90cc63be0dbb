/** A well-formed JWT with an invalid signature. */
export function forgeJwt(claims: Readonly<Record<string, unknown>>, kid = '1767225600'): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'RS256', typ: 'JWT', kid }), part(claims), Buffer.alloc(32).toString('base64url')].join('.');
}
