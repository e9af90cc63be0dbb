/** The keys that sign tokens, `{"keys":[{"kty","kid","n","e","key_ops"}]}`. */
export const JWKS_PATH = '/.well-known/jwks.json';
/** The ids of revoked tokens, `{"revokedTokens":[…]}`. */
export const REVOKED_PATH = '/.well-known/revoked.json';
