import type { ExchangeFacts } from '../traffic/facts.ts';
import type { BodyView, ExchangeDetail, ExchangeSummary, MessageView } from './exchange-view.ts';

/** A part of JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

const TEXT: Schema = { type: 'string' };
const YES_NO: Schema = { type: 'boolean' };
const COUNT: Schema = { type: 'integer', minimum: 0 };
const TIME: Schema = { type: 'number', minimum: 0, description: 'Milliseconds.' };

/** @param optional names that may be absent */
export const object = <K extends string>(
  properties: Readonly<Record<K, Schema>>,
  optional: readonly NoInfer<K>[] = [],
): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name as K)),
  additionalProperties: false,
});

export const array = (items: Schema): Schema => ({ type: 'array', items });
export const text = (description: string): Schema => ({ ...TEXT, description });
export const oneOf = (values: readonly string[], description?: string): Schema => ({
  ...TEXT,
  enum: values,
  ...(description !== undefined && { description }),
});

/** An answer with JSON of this schema. */
export const json = (description: string, schema: Schema): Schema => ({
  description,
  content: { 'application/json': { schema } },
});

/** An answer with text of this type. */
export const textual = (description: string, type: string): Schema => ({
  description,
  content: { [type]: { schema: TEXT } },
});

const FACTS: Readonly<Record<keyof ExchangeFacts, Schema>> = {
  id: TEXT,
  replayOf: text('Id of the exchange that this one repeats.'),
  receivedAtMs: { ...COUNT, description: 'Milliseconds since 1970.' },
  caller: text('Address; absent on a Unix socket.'),
  callerName: TEXT,
  method: text('Empty, as is the target, where the request could not be read.'),
  target: text('As received, secrets masked.'),
  operation: text('Documented operation of MK.IO.'),
  operationName: TEXT,
  project: TEXT,
  status: COUNT,
  answeredBy: oneOf(['upstream', 'refusal', 'failure', 'preflight']),
  code: text("The proxy's own error code."),
  upstreamCode: TEXT,
  ref: text("Of MK.IO's error: quote it to their support."),
  ending: oneOf(['complete', 'truncated', 'cancelled']),
  requestBytes: COUNT,
  bytes: COUNT,
  retries: COUNT,
  connectedMs: TIME,
  sentMs: TIME,
  firstByteMs: TIME,
  ms: TIME,
};
const SUMMARY: Readonly<Record<keyof ExchangeSummary, Schema>> = {
  cursor: text('Its place, for `after`.'),
  ...FACTS,
};
const ALWAYS = new Set<string>(['cursor', 'id', 'receivedAtMs', 'method', 'target', 'ending', 'bytes', 'ms']);
const SOMETIMES = (Object.keys(SUMMARY) as (keyof ExchangeSummary)[]).filter((name) => !ALWAYS.has(name));

export const EXCHANGE = object(SUMMARY, SOMETIMES);

const BODY = object<keyof BodyView>(
  {
    bytes: COUNT,
    type: text('Content-Type.'),
    kept: { ...YES_NO, description: 'Whether its text can be read.' },
    cut: YES_NO,
    redacted: YES_NO,
    sha256: text('Of the bytes that travelled, where not all of them are kept.'),
  },
  ['type', 'sha256'],
);
const MESSAGE = object<keyof MessageView>(
  { headers: array({ ...array(TEXT), minItems: 2, maxItems: 2 }), body: BODY },
  ['body'],
);

export const EXCHANGE_DETAIL = object<keyof ExchangeDetail>({ ...SUMMARY, request: MESSAGE, response: MESSAGE }, [
  ...SOMETIMES,
  'response',
]);

export const ERROR = object({
  error: object({
    code: TEXT,
    detail: TEXT,
    extraDetail: { type: 'object', additionalProperties: TEXT, required: ['hint'], properties: { hint: TEXT } },
  }),
  status: COUNT,
  ref: text('Id of the request.'),
});

export const ID = object({ id: text('Of an exchange: `id` of the log, `x-request-id` of its answer.') });
export const AFTER: Schema = text('A `next` or `cursor` of an answer: what comes behind it.');
export const FILTER: Schema = text('Terms of the filter language, such as `status:4xx op:assets`.');
