import { hasBody, parseFields } from '../http/fields.ts';
import type { ExchangeRecord } from '../traffic/record.ts';
import { MASK } from '../secrets/redact.ts';

export type Field = readonly [name: string, value: string];

/** What is to be another than in the exchange that was kept. */
export interface Edits {
  readonly method?: string | undefined;
  readonly target?: string | undefined;
  readonly headers?: readonly Field[] | undefined;
  readonly body?: string | undefined;
}

export type Part = 'method' | 'target' | 'body';

/** A request as it can be made again from what is kept of it. */
export interface RequestSketch {
  readonly method: string;
  readonly target: string;
  /** Field lines that reach MK.IO, without those that tell how the body travels. */
  readonly fields: readonly Field[];
  /** Lower-case names of the other fields: their values are masked, or the proxy drops or sets them. */
  readonly leftOut: readonly string[];
  /** How many of those would reach MK.IO, were their values not masked. */
  readonly maskedFields: number;
  /** undefined: there is none. */
  readonly body: string | undefined;
  /** What is not kept as it was, and why, as the end of a sentence: "the body was cut". */
  readonly gaps: ReadonlyMap<Part, string>;
}

/** The connection that carries a request says these, or they speak of bytes that a decoded or edited body has no more. */
const OF_THE_BYTES = new Set([
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'digest',
  'repr-digest',
  'transfer-encoding',
]);
/** What no request line can hold (RFC 9112 §3.2). */
const UNSENDABLE = /[^\x21-\x7e]/;

/** @param isForwarded whether a request header field of this lower-case name reaches MK.IO */
export function sketchRequest(
  { facts, request }: ExchangeRecord,
  isForwarded: (name: string) => boolean,
  edits: Edits = {},
): RequestSketch {
  const stored = parseFields(request.fields);
  const fields: Field[] = [];
  const leftOut = new Set<string>();
  let maskedFields = 0;
  for (const field of edits.headers ?? stored) {
    const name = field[0].toLowerCase();
    const travels = isForwarded(name) && !OF_THE_BYTES.has(name);
    const isMasked = field[1].includes(MASK);
    if (travels && isMasked) maskedFields++;
    if (travels && !isMasked) fields.push(field);
    else leftOut.add(name);
  }
  const method = edits.method ?? facts.method;
  const target = edits.target ?? facts.target;
  const gaps = new Map<Part, string>();
  if (method === '') noteGap(gaps, 'method', 'the method could not be read');
  noteGap(gaps, 'target', readTargetGap(target));
  noteGap(gaps, 'body', edits.body === undefined ? readBodyGap(request, stored) : readSuppliedGap(request, edits.body));
  const body = edits.body ?? request.body?.text;
  return { method: method || 'GET', target, fields, leftOut: [...leftOut], maskedFields, body, gaps };
}

function noteGap(gaps: Map<Part, string>, part: Part, reason: string | undefined): void {
  if (reason !== undefined) gaps.set(part, reason);
}

function readTargetGap(target: string): string | undefined {
  if (target === '') return 'the target could not be read';
  if (target.includes(MASK)) return 'the target was redacted';
  return UNSENDABLE.test(target) ? 'the target holds what no request can' : undefined;
}

/** Sent as it was shown, a body would put the mask in the place of the secret. */
const readSuppliedGap = ({ body }: ExchangeRecord['request'], supplied: string): string | undefined =>
  body?.redacted === true && supplied.includes(MASK) ? `the body supplied holds ${MASK} yet` : undefined;

function readBodyGap({ body }: ExchangeRecord['request'], stored: readonly Field[]): string | undefined {
  if (body === undefined) return hasBody(stored.flat()) ? 'the body was not captured' : undefined;
  if (body.text === undefined) return 'the body is no text that is kept';
  if (body.cut) return 'the body was cut';
  if (body.redacted) return 'the body was redacted';
  // Bytes that are no UTF-8 became this character.
  return body.text.includes('\ufffd') ? 'the body is not all UTF-8' : undefined;
}
