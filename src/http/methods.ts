/** The methods of MK.IO's API, and OPTIONS. */
export const FORWARDED_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export type ForwardedMethod = (typeof FORWARDED_METHODS)[number];

/** Those that change nothing (RFC 9110 §9.2.1). */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'] satisfies ForwardedMethod[]);

/** Those that ask for a representation and for nothing else (RFC 9110 §9.3.1, §9.3.2). */
export const READS: ReadonlySet<string> = new Set(['GET', 'HEAD'] satisfies ForwardedMethod[]);

/** The `Allow` field that goes with 405 (RFC 9110 §15.5.6). */
export const ALLOW = { allow: FORWARDED_METHODS.join(', ') };
