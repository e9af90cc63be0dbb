/** The methods of MK.IO's API, and OPTIONS. */
export const FORWARDED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** The `Allow` field that goes with 405 (RFC 9110 §15.5.6). */
export const ALLOW = { allow: FORWARDED_METHODS.join(', ') };
