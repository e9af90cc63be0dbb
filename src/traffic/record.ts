import type { Exchange } from './exchange.ts';
import type { Ending, ExchangeFacts } from './facts.ts';
import type { Redact } from '../secrets/redact.ts';
import type { StoredBody } from './stored-body.ts';
import { cutTarget, isStranger } from './strangers.ts';
import type { UpstreamError } from '../mkio/error.ts';

export interface RecordedMessage {
  /** Field lines, secrets masked: see `parseFields`. */
  readonly fields: string;
  /** undefined without a body, or if bodies are not captured. */
  readonly body: StoredBody | undefined;
}

/** An ended exchange as it is kept, without secrets. */
export interface ExchangeRecord {
  readonly facts: ExchangeFacts;
  readonly request: RecordedMessage;
  /** undefined without an answer. */
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

/** Facts go unredacted to metrics, lists and pages, so the project, which a caller may abuse for a secret, is redacted here. */
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
    target: redact(isStranger(exchange.errorCode) ? cutTarget(target) : target),
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
