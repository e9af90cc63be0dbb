import type { ExchangeRecord, RecordedMessage } from './record.ts';
import type { StoredBody } from './stored-body.ts';

/** The objects and short texts of a record, and of each string beside its characters. */
const RECORD_BYTES = 1_024;
const STRING_BYTES = 24;

/** Memory that a record takes, in bytes, rather too much than too little. */
export const measureRecord = ({ facts, request, answer }: ExchangeRecord): number =>
  RECORD_BYTES +
  measureText(facts.target) +
  measureMessage(request) +
  (answer === undefined ? 0 : measureMessage(answer));

const measureMessage = ({ fields, body }: RecordedMessage): number => measureText(fields) + measureBody(body);

const measureBody = (body: StoredBody | undefined): number =>
  body === undefined ? 0 : 256 + measureText(body.text ?? '');

/** V8 takes one byte for each character of a text in Latin-1, and two in any other. */
const measureText = (text: string): number => STRING_BYTES + text.length * (BEYOND_LATIN_1.test(text) ? 2 : 1);

const BEYOND_LATIN_1 = /[^\0-\xff]/;
