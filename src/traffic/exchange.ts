import type { ProxyError, RenderedError } from '../errors.ts';
import { ERRORS } from '../errors.ts';
import type { BodyTap } from './body-tap.ts';
import type { Capture } from './capture.ts';
import type { FieldLines } from '../http/fields.ts';
import type { AnsweredBy, ExchangeFacts } from './facts.ts';
import type { Replay } from './replays.ts';
import type { ExchangeTrace } from './tracing.ts';

/** The documented operation and the project of a request, as far as known. */
export type Subject = Pick<ExchangeFacts, 'operation' | 'operationName' | 'project'>;

export interface ExchangeStart {
  readonly id: string;
  /** Address of the caller; undefined on a Unix socket. */
  readonly caller: string | undefined;
  /** Empty, like the target, if the request could not be read. */
  readonly method: string;
  /** Request-target as received: redact it before it is shown. */
  readonly target: string;
  /** Field lines of the request, as received. */
  readonly requestFields: FieldLines;
  /** undefined for a caller's own request. */
  readonly replay: Replay | undefined;
}

/** One request and its answer, filled in while it runs. Times are those of `Capture.now`. */
export class Exchange {
  readonly start: ExchangeStart;
  readonly startedAt: number;
  /** The subject; known once the target is. */
  operation: string | undefined;
  operationName: string | undefined;
  project: string | undefined;
  /** Times: upstream connection ready, last request byte written, answer head received. */
  connectedAt: number | undefined;
  sentAt: number | undefined;
  firstByteAt: number | undefined;
  status: number | undefined;
  answeredBy: AnsweredBy | undefined;
  /** The proxy's error code, if the proxy answered. */
  errorCode: string | undefined;
  requestBytes = 0;
  /** Bytes of the answer's body from the upstream. */
  answerBytes = 0;
  answerFields: FieldLines | undefined;
  retries = 0;
  truncated = false;
  /** Whether it has been recorded. */
  hasEnded = false;
  /** Cause of the proxy's own answer; only for the log. */
  cause: unknown;
  requestTap: BodyTap | undefined;
  answerTap: BodyTap | undefined;
  /** undefined without tracing. */
  trace: ExchangeTrace | undefined;
  readonly #capture: Capture;

  constructor(capture: Capture, start: ExchangeStart) {
    this.#capture = capture;
    this.start = start;
    this.startedAt = capture.now();
    this.requestTap = capture.tapRequest(start.requestFields);
  }

  get id(): string {
    return this.start.id;
  }

  connect(): void {
    this.connectedAt = this.#capture.now();
  }

  passRequest(chunk: Buffer): void {
    this.requestBytes += chunk.length;
    this.requestTap?.push(chunk);
  }

  endRequest(): void {
    this.sentAt = this.#capture.now();
  }

  /** The upstream answers. */
  answer(status: number, fields: FieldLines): void {
    this.firstByteAt = this.#capture.now();
    this.status = status;
    this.answeredBy = 'upstream';
    this.answerFields = fields;
    this.answerTap = this.#capture.tapAnswer(status, fields);
  }

  passAnswer(chunk: Buffer): void {
    this.answerBytes += chunk.length;
    this.answerTap?.push(chunk);
  }

  /** The proxy answers a browser's preflight. */
  answerPreflight(): void {
    this.status = 204;
    this.answeredBy = 'preflight';
  }

  setSubject({ operation, operationName, project }: Subject): void {
    this.operation = operation;
    this.operationName = operationName;
    this.project = project;
  }

  /** The proxy answers itself. */
  answerByItself({ code, cause }: ProxyError, { status, headers, body }: RenderedError): void {
    this.status = status;
    this.errorCode = code;
    this.answeredBy = ERRORS[code].party === 'caller' ? 'refusal' : 'failure';
    this.cause = cause;
    this.answerFields = Object.entries(headers).flat();
    this.answerTap = this.#capture.tapOwn(this.answerFields);
    this.passAnswer(Buffer.from(body));
  }
}
