import { parseFields } from '../http/fields.ts';
import type { ExchangeRecord, RecordedMessage } from '../traffic/record.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { StoredBody } from '../traffic/stored-body.ts';

/** One exchange in a list: the fields of the access log and some more, and where it stands. */
export interface ExchangeSummary extends ExchangeFacts {
  readonly cursor: string;
}

/** One exchange with everything but the texts of its bodies. */
export interface ExchangeDetail extends ExchangeSummary {
  readonly request: MessageView;
  /** undefined: there was no answer. */
  readonly response: MessageView | undefined;
}

export interface MessageView {
  /** In their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** undefined: there was none, or bodies are not captured. */
  readonly body: BodyView | undefined;
}

export interface BodyView extends Omit<StoredBody, 'text'> {
  /** Whether its text is at `/exchanges/<id>/body/request` or `…/response`. */
  readonly kept: boolean;
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
