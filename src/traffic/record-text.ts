import type { ExchangeRecord, RecordedMessage } from './record.ts';
import type { ExchangeFacts } from './facts.ts';
import type { StoredBody } from './stored-body.ts';

/** Occurs in no part: JSON escapes it, field lines cannot contain it (RFC 9110 §5.5), and such a body is binary. */
const SEPARATOR = '\0';

/** A record as one text: facts, then field lines, body and body text of request and answer. */
export const encodeRecord = ({ facts, request, answer }: ExchangeRecord): string =>
  `${JSON.stringify(facts)}${encodeMessage(request)}${answer === undefined ? '' : encodeMessage(answer)}`;

/** Decodes only the facts of a record. */
export const decodeFacts = (encoded: Buffer): ExchangeFacts =>
  JSON.parse(encoded.toString('utf8', 0, encoded.indexOf(SEPARATOR))) as ExchangeFacts;

const encodeMessage = ({ fields, body }: RecordedMessage): string =>
  `${SEPARATOR}${fields}${body === undefined ? SEPARATOR + SEPARATOR : encodeBody(body)}`;

function encodeBody({ text, ...facts }: StoredBody): string {
  const kept = { ...facts, hasText: text !== undefined };
  return `${SEPARATOR}${JSON.stringify(kept)}${SEPARATOR}${text ?? ''}`;
}

export function decodeRecord(encoded: string): ExchangeRecord {
  const [facts = '', fields = '', body = '', text = '', ...answer] = encoded.split(SEPARATOR);
  return {
    facts: JSON.parse(facts) as ExchangeFacts,
    request: decodeMessage(fields, body, text),
    answer: answer.length === 0 ? undefined : decodeMessage(...(answer as [string, string, string])),
  };
}

const decodeMessage = (fields: string, body: string, text: string): RecordedMessage => ({
  fields,
  body: body === '' ? undefined : decodeBody(body, text),
});

function decodeBody(body: string, text: string): StoredBody {
  const { hasText, ...facts } = JSON.parse(body) as Omit<StoredBody, 'text'> & { hasText: boolean };
  return { ...facts, text: hasText ? text : undefined };
}
