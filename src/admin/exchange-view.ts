import type { CaptureMode } from '../config/config.ts';
import { parseFields } from '../traffic/field-text.ts';
import type { ExchangeRecord, RecordedMessage } from '../traffic/record.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { StoredBody } from '../traffic/stored-body.ts';

/** One exchange in a list: the fields of the access log, and its cursor. */
export interface ExchangeSummary extends ExchangeFacts {
  readonly cursor: string;
}

/** One exchange without the texts of its bodies. */
export interface ExchangeDetail extends ExchangeSummary {
  readonly request: MessageView;
  /** undefined without an answer. */
  readonly response: MessageView | undefined;
}

export interface MessageView {
  /** In the order received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** undefined without a body, or if bodies are not captured. */
  readonly body: BodyView | undefined;
}

export interface BodyView extends Omit<StoredBody, 'text'> {
  /** Whether its text is at `/exchanges/<id>/body/request` or `…/response`. */
  readonly kept: boolean;
}

/** A page of `GET /exchanges`. */
export interface ExchangePage {
  readonly capture: CaptureMode;
  readonly exchanges: readonly ExchangeSummary[];
  readonly next: string;
  readonly more: boolean;
  readonly missed: number;
}

/** The first event of `GET /events`. */
export interface Hello {
  /** New with each start of the proxy. */
  readonly run: string;
  readonly capture: CaptureMode;
  /** Most exchanges that the proxy keeps. */
  readonly maxExchanges: number;
  /** Address of the proxy for callers. */
  readonly proxy: string;
}

export const viewSummary = (facts: ExchangeFacts, cursor: string): ExchangeSummary => ({ cursor, ...facts });

export const viewDetail = (record: ExchangeRecord, cursor: string): ExchangeDetail => ({
  ...viewSummary(record.facts, cursor),
  request: viewMessage(record.request),
  response: record.answer && viewMessage(record.answer),
});

const viewMessage = ({ fields, body }: RecordedMessage): MessageView => ({
  headers: parseFields(fields),
  body: body && viewBody(body),
});

function viewBody({ text, ...facts }: StoredBody): BodyView {
  return { ...facts, kept: text !== undefined };
}
