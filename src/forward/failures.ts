import type { ErrorCode } from '../errors.ts';
import { asProxyError, ProxyError } from '../errors.ts';

type UpstreamCode = Extract<ErrorCode, `UPSTREAM_${string}`>;

/** Error code of the proxy, RFC 9209 error type, and message to the caller. */
type Failure = readonly [code: UpstreamCode, proxyStatus: string, message: string];

const DNS: Failure = ['UPSTREAM_UNREACHABLE', 'dns_error', 'The host name of the upstream could not be resolved.'];
const UNROUTABLE: Failure = ['UPSTREAM_UNREACHABLE', 'destination_ip_unroutable', 'There is no route to the upstream.'];
const CONNECT_TIMEOUT: Failure = ['UPSTREAM_TIMEOUT', 'connection_timeout', 'The upstream took too long to connect.'];
const ANSWER_TIMEOUT: Failure = ['UPSTREAM_TIMEOUT', 'http_response_timeout', 'The upstream took too long to answer.'];
const RESET: Failure = [
  'UPSTREAM_RESET',
  'connection_terminated',
  'The upstream closed the connection before it had answered.',
];
const NOT_HTTP: Failure = ['UPSTREAM_INVALID', 'http_protocol_error', 'The upstream did not answer with valid HTTP.'];
const NOT_TLS: Failure = ['UPSTREAM_INVALID', 'tls_protocol_error', 'The TLS handshake with the upstream failed.'];

const BY_CODE: Readonly<Record<string, Failure>> = {
  ENOTFOUND: DNS,
  EAI_AGAIN: DNS,
  ECONNREFUSED: ['UPSTREAM_UNREACHABLE', 'connection_refused', 'The upstream refused the connection.'],
  ENETUNREACH: UNROUTABLE,
  EHOSTUNREACH: UNROUTABLE,
  EADDRNOTAVAIL: UNROUTABLE,
  ETIMEDOUT: CONNECT_TIMEOUT,
  UND_ERR_CONNECT_TIMEOUT: CONNECT_TIMEOUT,
  UND_ERR_HEADERS_TIMEOUT: ANSWER_TIMEOUT,
  UND_ERR_BODY_TIMEOUT: ANSWER_TIMEOUT,
  UND_ERR_SOCKET: RESET,
  ECONNRESET: RESET,
  EPIPE: RESET,
  UND_ERR_HEADERS_OVERFLOW: NOT_HTTP,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: NOT_HTTP,
  EPROTO: NOT_TLS,
  // A failed assertion of undici about an answer.
  ERR_ASSERTION: NOT_HTTP,
};

// OpenSSL verification results (nodejs.org/api/tls.html, "X509 certificate error codes").
const UNTRUSTED_CODES = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CRL_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const UNTRUSTED: Failure = [
  'UPSTREAM_UNTRUSTED',
  'tls_certificate_error',
  'The certificate of the upstream could not be verified, so nothing was sent to it.',
];

/**
 * The proxy's answer if the upstream leg broke before the answer began. The library's text names hosts and ports, so it
 * stays in `cause`.
 */
export function readFailure(error: Error): ProxyError {
  if (error instanceof ProxyError) return error;
  const row = findRow(error);
  if (row === undefined) return asProxyError(error);
  const [code, proxyStatus, message] = row;
  return new ProxyError(code, message, { proxyStatus, cause: error });
}

function findRow(error: Error): Failure | undefined {
  const code = 'code' in error ? String(error.code) : '';
  if (UNTRUSTED_CODES.has(code)) return UNTRUSTED;
  if (error.name === 'TimeoutError') return ANSWER_TIMEOUT; // the code of AbortSignal.timeout()'s error is a number
  if (error.name === 'HTTPParserError') return NOT_HTTP; // its code is undefined in undici 7
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return NOT_TLS;
  // undici reports an answer that breaks the protocol (such as 101) as a socket error with this text.
  if (code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return NOT_HTTP;
  return BY_CODE[code];
}
