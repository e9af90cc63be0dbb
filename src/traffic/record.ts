import type { AnsweredBy, Ending, Exchange } from './exchange.ts';
import type { StoredBody } from './stored-body.ts';
import type { UpstreamError } from './upstream-error.ts';

/** What the access log tells of an exchange: docs/logging.md says what each field means. */
export interface AccessFields {
  readonly id: string;
  readonly caller: string | undefined;
  readonly callerName: string | undefined;
  readonly method: string;
  readonly target: string;
  readonly operation: string | undefined;
  readonly project: string | undefined;
  readonly status: number | undefined;
  readonly answeredBy: AnsweredBy | undefined;
  readonly code: string | undefined;
  readonly upstreamCode: string | undefined;
  readonly ref: string | undefined;
  readonly ending: Ending;
  readonly requestBytes: number | undefined;
  readonly bytes: number;
  readonly retries: number | undefined;
  readonly connectedMs: number | undefined;
  readonly sentMs: number | undefined;
  readonly firstByteMs: number | undefined;
  readonly ms: number;
}

/** The same, with what only a reader of exchanges wants. */
export interface ExchangeFacts extends AccessFields {
  /** When the request's head had arrived, in milliseconds since 1970. */
  readonly receivedAtMs: number;
  readonly operationName: string | undefined;
}

export interface RecordedMessage {
  /** Field lines, secrets masked: see `parseFields`. */
  readonly fields: string;
  /** undefined: there was none, or bodies are not captured. */
  readonly body: StoredBody | undefined;
}

/** An exchange as it is kept once it has ended: no secret is in it. */
export interface ExchangeRecord {
  readonly facts: ExchangeFacts;
  readonly request: RecordedMessage;
  /** undefined where there was none. */
  readonly answer: RecordedMessage | undefined;
}

export interface Closing {
  readonly ending: Ending;
  /** In the clock of the exchange. */
  readonly endedAt: number;
  readonly callerName: string | undefined;
  readonly error: UpstreamError | undefined;
}

export function renderAccess(exchange: Exchange, { ending, endedAt, callerName, error }: Closing): AccessFields {
  const { startedAt, requestBytes, retries } = exchange;
  const { id, caller, method, target } = exchange.start;
  return {
    id,
    caller,
    callerName,
    method,
    target,
    operation: exchange.operation,
    project: exchange.project,
    status: exchange.status,
    answeredBy: exchange.answeredBy,
    code: exchange.errorCode,
    upstreamCode: error?.code,
    ref: error?.ref,
    ending,
    requestBytes: requestBytes === 0 ? undefined : requestBytes,
    bytes: exchange.answerBytes,
    retries: retries === 0 ? undefined : retries,
    connectedMs: since(startedAt, exchange.connectedAt),
    sentMs: since(startedAt, exchange.sentAt),
    firstByteMs: since(startedAt, exchange.firstByteAt),
    ms: round(endedAt - startedAt),
  };
}

const since = (from: number, at: number | undefined): number | undefined =>
  at === undefined ? undefined : round(at - from);

/** Tenths of a millisecond. */
const round = (ms: number): number => Math.round(ms * 10) / 10;
