/** The side that has to act next. */
export type Party = 'operator' | 'caller' | 'upstream' | 'proxy';

interface ErrorRow {
  readonly party: Party;
  /** HTTP status of an answer with this code; absent if the code only ends the process. */
  readonly status?: number;
  /** Exit code of the process; absent if the code only answers requests. */
  readonly exit?: number;
  /** RFC 9209 §2.3 error type for the `Proxy-Status` header. */
  readonly proxyStatus?: string;
  /** What to do next. */
  readonly hint: string;
}

/** All error codes. Answers, exit codes, docs and tests derive from this table. */
export const ERRORS = {
  CONFIG_INVALID: {
    party: 'operator',
    exit: 2,
    hint: 'Correct the settings listed above; `mkio-proxy start --help` lists them all.',
  },
  TOKEN_UNAVAILABLE: {
    party: 'operator',
    status: 503,
    exit: 3,
    proxyStatus: 'proxy_configuration_error',
    hint: 'Give the proxy a token by one of MKIO_TOKEN, MKIO_TOKEN_FILE and MKIO_TOKEN_COMMAND.',
  },
  TOKEN_EXPIRED: {
    party: 'operator',
    status: 503,
    exit: 3,
    proxyStatus: 'proxy_configuration_error',
    hint: 'Create a new MK.IO token and give it to the proxy.',
  },
  LISTEN_FAILED: {
    party: 'operator',
    exit: 4,
    hint: 'Choose another MKIO_PROXY_PORT or MKIO_PROXY_ADMIN_PORT (0 takes a free one) or stop what holds it.',
  },
  PROXY_UNREACHABLE: {
    party: 'operator',
    exit: 5,
    hint: 'Start the proxy, or tell by --admin-host and --admin-port where its admin listener is.',
  },
  TARGET_INVALID: {
    party: 'caller',
    status: 400,
    proxyStatus: 'http_request_error',
    hint: 'Send an origin-form target without dot segments, encoded separators or control characters, and exactly one Host.',
  },
  CALLER_UNAUTHENTICATED: {
    party: 'caller',
    status: 401,
    proxyStatus: 'http_request_denied',
    hint: 'Send a key of this proxy in the Authorization header, as a Bearer token, where the MK.IO token would stand.',
  },
  HOST_REFUSED: {
    party: 'caller',
    status: 403,
    proxyStatus: 'http_request_denied',
    hint: "Call the proxy by localhost, a loopback address or its listener's own name, or add the name to MKIO_PROXY_ALLOWED_HOSTS.",
  },
  ORIGIN_REFUSED: {
    party: 'caller',
    status: 403,
    proxyStatus: 'http_request_denied',
    hint: 'Pages may use this proxy from loopback origins where it listens on loopback, and from those in MKIO_PROXY_ALLOWED_ORIGINS.',
  },
  NAVIGATION_REFUSED: {
    party: 'caller',
    status: 403,
    proxyStatus: 'http_request_denied',
    hint: 'Follow the link on the page, or set MKIO_PROXY_NAVIGATION=pass.',
  },
  OPERATION_REFUSED: {
    party: 'caller',
    status: 403,
    proxyStatus: 'http_request_denied',
    hint: 'The policy of the proxy refuses this operation; `mkio-proxy policy explain` tells the rule and the setting.',
  },
  PROJECT_REFUSED: {
    party: 'caller',
    status: 403,
    proxyStatus: 'http_request_denied',
    hint: 'Only the projects of MKIO_PROXY_PROJECTS may be used through this proxy.',
  },
  NOT_FORWARDED: {
    party: 'caller',
    status: 404,
    proxyStatus: 'http_request_denied',
    hint: 'The proxy forwards the paths below MKIO_PROXY_PREFIXES only (by default /api/v1).',
  },
  METHOD_REFUSED: {
    party: 'caller',
    status: 405,
    proxyStatus: 'http_request_denied',
    hint: 'The proxy forwards GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS.',
  },
  UPGRADE_REFUSED: {
    party: 'caller',
    status: 501,
    proxyStatus: 'http_upgrade_failed',
    hint: 'MK.IO has no WebSocket or other upgraded protocol; send a plain HTTP request.',
  },
  REQUEST_TIMEOUT: {
    party: 'caller',
    status: 408,
    proxyStatus: 'http_request_error',
    hint: 'Send the request without such pauses, or raise MKIO_PROXY_CALLER_TIMEOUT.',
  },
  HEADERS_TOO_LARGE: {
    party: 'caller',
    status: 431,
    proxyStatus: 'http_request_error',
    hint: 'Send smaller or fewer request headers, or raise MKIO_PROXY_MAX_HEADER.',
  },
  BODY_TOO_LARGE: {
    party: 'caller',
    status: 413,
    proxyStatus: 'http_request_denied',
    hint: 'Send a smaller body or raise MKIO_PROXY_MAX_BODY.',
  },
  CODING_REFUSED: {
    party: 'caller',
    status: 501,
    proxyStatus: 'http_request_error',
    hint: 'Send the body with a Content-Length, or with Transfer-Encoding: chunked alone.',
  },
  EXPECTATION_REFUSED: {
    party: 'caller',
    status: 417,
    proxyStatus: 'http_request_denied',
    hint: 'Send no Expect, or 100-continue.',
  },
  QUERY_INVALID: {
    party: 'caller',
    status: 400,
    proxyStatus: 'http_request_error',
    hint: 'Correct the query as the message says.',
  },
  EXCHANGE_UNKNOWN: {
    party: 'caller',
    status: 404,
    exit: 5,
    proxyStatus: 'http_request_denied',
    hint: 'Newer exchanges push old ones out; MKIO_PROXY_CAPTURE_COUNT and MKIO_PROXY_CAPTURE_BYTES say how many are kept.',
  },
  REPLAY_INVALID: {
    party: 'caller',
    status: 400,
    exit: 5,
    proxyStatus: 'http_request_error',
    hint: 'Send a JSON object with any of method, target, headers (pairs of a name and a value) and body.',
  },
  REPLAY_REFUSED: {
    party: 'caller',
    status: 403,
    exit: 5,
    proxyStatus: 'http_request_denied',
    hint: 'Set MKIO_PROXY_ADMIN_KEY: whoever has it may replay where callers need keys or a Unix socket.',
  },
  REPLAY_INCOMPLETE: {
    party: 'caller',
    status: 409,
    exit: 5,
    proxyStatus: 'http_request_error',
    hint: 'Supply what is not kept whole in the JSON of the replay.',
  },
  SESSION_REQUIRED: {
    party: 'caller',
    status: 403,
    proxyStatus: 'http_request_denied',
    hint: 'Send the value that GET /session of the admin listener gives in the header that it names.',
  },
  RATE_LIMITED: {
    party: 'caller',
    status: 429,
    proxyStatus: 'http_request_denied',
    hint: 'Send fewer requests, or raise MKIO_PROXY_RATE_LIMIT or MKIO_PROXY_MAX_EXCHANGES.',
  },
  BUSY: {
    party: 'proxy',
    status: 503,
    proxyStatus: 'connection_limit_reached',
    hint: 'Try again shortly, or raise MKIO_PROXY_MAX_CONNECTIONS.',
  },
  UPSTREAM_UNREACHABLE: {
    party: 'upstream',
    status: 502,
    exit: 5,
    proxyStatus: 'destination_unavailable',
    hint: 'Check the network, DNS and MKIO_BASE_URL of the proxy.',
  },
  UPSTREAM_UNTRUSTED: {
    party: 'upstream',
    status: 502,
    exit: 5,
    proxyStatus: 'tls_certificate_error',
    hint: 'The certificate of the upstream could not be verified. Behind an inspecting gateway, give its CA by NODE_EXTRA_CA_CERTS.',
  },
  UPSTREAM_INVALID: {
    party: 'upstream',
    status: 502,
    exit: 5,
    proxyStatus: 'http_protocol_error',
    hint: 'The upstream did not answer with valid HTTP. Check MKIO_BASE_URL.',
  },
  UPSTREAM_RESET: {
    party: 'upstream',
    status: 502,
    exit: 5,
    proxyStatus: 'connection_terminated',
    hint: 'The upstream closed the connection before it answered. Repeat the request if it may be repeated.',
  },
  UPSTREAM_TIMEOUT: {
    party: 'upstream',
    status: 504,
    exit: 5,
    proxyStatus: 'http_response_timeout',
    hint: 'Try again, or raise MKIO_PROXY_CONNECT_TIMEOUT or MKIO_PROXY_HEADERS_TIMEOUT.',
  },
  INTERNAL: {
    party: 'proxy',
    status: 500,
    exit: 1,
    proxyStatus: 'proxy_internal_error',
    hint: "The cause is in the proxy's log under this request id.",
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export interface ProxyErrorOptions {
  readonly cause?: unknown;
  /** Replaces the table's hint. */
  readonly hint?: string;
  /** Replaces the table's RFC 9209 error type by a narrower one. */
  readonly proxyStatus?: string;
  /** Header fields that the answer must carry too, e.g. `Allow` with 405 (RFC 9110 §15.5.6). */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the answer's `extraDetail`. */
  readonly extraDetail?: Readonly<Record<string, string>>;
}

/** A refusal or a failure. Callers see `message`; `cause` goes only to the log. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly extraDetail: Readonly<Record<string, string>>;
  readonly #proxyStatus: string | undefined;

  constructor(code: ErrorCode, message: string, options: ProxyErrorOptions = {}) {
    super(message, { cause: options.cause });
    const row: ErrorRow = ERRORS[code];
    this.code = code;
    this.hint = options.hint ?? row.hint;
    this.headers = options.headers ?? {};
    this.extraDetail = options.extraDetail ?? {};
    this.#proxyStatus = options.proxyStatus ?? row.proxyStatus;
  }

  /** HTTP status; 500 for codes that only end the process. */
  get status(): number {
    return (ERRORS[this.code] as ErrorRow).status ?? 500;
  }

  get exit(): number {
    return (ERRORS[this.code] as ErrorRow).exit ?? 1;
  }

  get proxyStatus(): string {
    return this.#proxyStatus ?? 'proxy_internal_error';
  }
}

/** An error that may be shown: a foreign error stays in `cause`. */
export function asProxyError(error: unknown): ProxyError {
  return error instanceof ProxyError ? error : new ProxyError('INTERNAL', 'The proxy failed.', { cause: error });
}

/** The system's code, e.g. `ENOENT`. Unlike a message it names no path and no address. */
export const readReason = (error: unknown): string =>
  String((error as { readonly code?: string | number } | undefined)?.code ?? 'unknown reason');

export interface RenderedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** MK.IO's error shape: `{"error":{"code","detail","extraDetail":{"hint"}},"status","ref"}`. */
  readonly body: string;
}

/** `requestId` becomes MK.IO's `ref`, the reference for support. */
export function renderError(error: ProxyError, requestId: string): RenderedError {
  const { code, status, hint, extraDetail } = error;
  const body = JSON.stringify({
    error: { code, detail: error.message, extraDetail: { hint, ...extraDetail } },
    status,
    ref: requestId,
  });
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-mkio-proxy-error': code,
      'x-request-id': requestId,
      'proxy-status': `mkio-proxy; error=${error.proxyStatus}`,
      ...error.headers,
    },
    body,
  };
}
