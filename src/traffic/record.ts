import type { Exchange } from './exchange.ts';
import type { Ending, ExchangeFacts } from './facts.ts';
import type { Redact } from '../secrets/redact.ts';
import type { StoredBody } from './stored-body.ts';
import type { UpstreamError } from '../mkio/error.ts';

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
  /** Milliseconds since 1970 at that moment. */
  readonly endedAtMs: number;
  readonly callerName: string | undefined;
}

/** What a caller wrote in the place of a project may be a secret: the facts go to metrics, lists and pages as they are. */
export function renderFacts(
  exchange: Exchange,
  closing: Closing,
  { error, redact }: { readonly error: UpstreamError | undefined; readonly redact: Redact },
): ExchangeFacts {
  const { startedAt, requestBytes, retries } = exchange;
  const { id, replay, caller, method, target } = exchange.start;
  const ms = closing.endedAt - startedAt;
  return {
    id,
    replayOf: replay?.of,
    receivedAtMs: Math.round(closing.endedAtMs - ms),
    caller,
    callerName: closing.callerName,
    method,
    target,
    operation: exchange.operation,
    operationName: exchange.operationName,
    project: exchange.project && redact(exchange.project),
    status: exchange.status,
    answeredBy: exchange.answeredBy,
    code: exchange.errorCode,
    upstreamCode: error?.code,
    ref: error?.ref,
    ending: closing.ending,
    requestBytes: requestBytes === 0 ? undefined : requestBytes,
    bytes: exchange.answerBytes,
    retries: retries === 0 ? undefined : retries,
    connectedMs: since(startedAt, exchange.connectedAt),
    sentMs: since(startedAt, exchange.sentAt),
    firstByteMs: since(startedAt, exchange.firstByteAt),
    ms: round(ms),
  };
}

const since = (from: number, at: number | undefined): number | undefined =>
  at === undefined ? undefined : round(at - from);

/** Tenths of a millisecond. */
const round = (ms: number): number => Math.round(ms * 10) / 10;
