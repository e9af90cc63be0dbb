// Allow-list of request fields. Everything else stays here, above all credentials.
const FORWARDED = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'baggage',
  'content-digest',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'digest',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'prefer',
  'range',
  'repr-digest',
  'traceparent',
  'tracestate',
  'user-agent',
  'want-content-digest',
  'want-digest',
  'want-repr-digest',
  // The common fields of Azure's client libraries. MK.IO's own clients add only `x-mkio-token`.
  'x-ms-client-request-id',
  'x-ms-correlation-request-id',
  'x-ms-date',
  'x-ms-return-client-request-id',
  'x-ms-useragent',
  'x-ms-version',
  'x-request-id',
]);
/** Credentials of the caller and fields of this connection: no setting forwards them. */
const NEVER: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'cookie',
  'expect',
  'host',
  'proxy-authorization',
  'x-mkio-token',
]);
/** Meaningful for one connection only (RFC 9110 §7.6.1). */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Replaces the judged method or target: X-HTTP-Method-Override, X-MS-HTTP-Verb, X-Original-URL, X-Rewrite-URL. */
const OVERRIDE = /method|override|original|rewrite|verb|\bur[il]$/;
/** Messages of callers and the operator to this proxy. */
const TO_PROXY = 'x-mkio-proxy-';

/**
 * Whether a request header field goes upstream.
 *
 * @param name lower-case
 * @param extra lower-case names that a setting adds to the allow-list
 */
export function isForwarded(name: string, extra: readonly string[]): boolean {
  return FORWARDED.has(name) || (extra.includes(name) && isForwardable(name));
}

/** Whether a setting may add this lower-case name to the allow-list. */
export function isForwardable(name: string): boolean {
  // CGI-style servers read `_` as `-`, so `x_mkio_token` is the same credential.
  const canonical = name.replaceAll('_', '-');
  return (
    !NEVER.has(canonical) && !HOP_BY_HOP.has(canonical) && !OVERRIDE.test(canonical) && !canonical.startsWith(TO_PROXY)
  );
}
