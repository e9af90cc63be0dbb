import type { ProxyError } from '../errors.ts';
import { ERRORS } from '../errors.ts';

/**
 * Who answered: MK.IO, or the proxy because a rule said no, because the upstream leg broke, or because a browser asked it
 * before a request.
 */
export type AnsweredBy = 'upstream' | 'refusal' | 'failure' | 'preflight';

/** How an exchange ended: whole, cut by the upstream, or left by the caller. */
export type Ending = 'complete' | 'truncated' | 'cancelled';

/** One request and its answer, filled in as it goes along. */
export interface Exchange {
  readonly id: string;
  /** Address of the caller; undefined on a Unix socket. */
  readonly caller: string | undefined;
  readonly method: string;
  /** Request-target as received, secrets masked. */
  readonly target: string;
  /** `performance.now()` at the arrival of the request's head. */
  readonly startedAt: number;
  status: number | undefined;
  answeredBy: AnsweredBy | undefined;
  /** The proxy's own error code, where it answered. */
  errorCode: string | undefined;
  /** Bytes of the upstream's body, as they came. */
  answerBytes: number;
  retries: number;
  truncated: boolean;
  /** What the proxy's own answer was caused by: for the log alone. */
  cause: unknown;
}

export function recordOwnAnswer(exchange: Exchange, error: ProxyError): void {
  exchange.status = error.status;
  exchange.errorCode = error.code;
  exchange.answeredBy = ERRORS[error.code].party === 'caller' ? 'refusal' : 'failure';
  exchange.cause = error.cause;
}
