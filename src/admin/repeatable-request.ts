import { hasBody } from '../http/fields.ts';
import { parseFields } from '../traffic/field-text.ts';
import type { ExchangeRecord } from '../traffic/record.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import { isStranger } from '../traffic/strangers.ts';
import { MASK } from '../secrets/mask.ts';

export type Field = readonly [name: string, value: string];

/** Overrides for a replay; absent fields keep the recorded value. */
export interface Edits {
  readonly method?: string | undefined;
  readonly target?: string | undefined;
  readonly headers?: readonly Field[] | undefined;
  readonly body?: string | undefined;
  /** Repeats the request of a caller whom the proxy refused. */
  readonly confirm?: true | undefined;
}

export type Part = 'method' | 'target' | 'body' | 'confirm';

/** A request, rebuilt from its record so that it can be sent again. */
export interface RepeatableRequest {
  readonly method: string;
  readonly target: string;
  /** Field lines that reach MK.IO, without the framing of the body. */
  readonly fields: readonly Field[];
  /** Lower-case names of the other fields: masked values, or fields that the proxy drops or sets. */
  readonly leftOut: readonly string[];
  /** Number of fields that are left out only because their values are masked. */
  readonly maskedFields: number;
  readonly body: string | undefined;
  /** Parts that the record does not hold exactly, each with the reason: "the body was cut". */
  readonly gaps: ReadonlyMap<Part, string>;
}

/** The new connection sets these, or they describe bytes that decoding or an edit has changed. */
const BODY_FIELDS = new Set([
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'digest',
  'repr-digest',
  'transfer-encoding',
]);
/** Not allowed in a request line (RFC 9112 §3.2). */
const UNSENDABLE = /[^\x21-\x7e]/;

/** @param isForwarded whether a request header field of this lower-case name reaches MK.IO */
export function readRepeatableRequest(
  { facts, request }: ExchangeRecord,
  isForwarded: (name: string) => boolean,
  edits: Edits = {},
): RepeatableRequest {
  const stored = parseFields(request.fields);
  const fields: Field[] = [];
  const leftOut = new Set<string>();
  let maskedFields = 0;
  for (const field of edits.headers ?? stored) {
    const name = field[0].toLowerCase();
    const travels = isForwarded(name) && !BODY_FIELDS.has(name);
    const isMasked = field[1].includes(MASK);
    if (travels && isMasked) maskedFields++;
    if (travels && !isMasked) fields.push(field);
    else leftOut.add(name);
  }
  const method = edits.method ?? facts.method;
  const target = edits.target ?? facts.target;
  const gaps = new Map<Part, string>();
  if (edits.confirm !== true) noteGap(gaps, 'confirm', readStranger(facts, stored));
  if (method === '') noteGap(gaps, 'method', 'the method could not be read');
  noteGap(gaps, 'target', readTargetGap(target));
  noteGap(gaps, 'body', edits.body === undefined ? readBodyGap(request, stored) : readSuppliedGap(request, edits.body));
  const body = edits.body ?? request.body?.text;
  return { method: method || 'GET', target, fields, leftOut: [...leftOut], maskedFields, body, gaps };
}

/** The sender of a request that the proxy refused for its sender. */
export function readStranger({ code, caller }: ExchangeFacts, fields: readonly Field[]): string | undefined {
  if (!isStranger(code)) return undefined;
  const valueOf = (wanted: string) => fields.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const page = valueOf('origin') ?? valueOf('referer');
  const sender = page === undefined ? (caller ?? 'a program') : `a page of ${page}`;
  return `${sender} sent it, and the proxy refused it (${code})`;
}

function noteGap(gaps: Map<Part, string>, part: Part, reason: string | undefined): void {
  if (reason !== undefined) gaps.set(part, reason);
}

function readTargetGap(target: string): string | undefined {
  if (target === '') return 'the target could not be read';
  if (target.includes(MASK)) return 'the target was redacted';
  return UNSENDABLE.test(target) ? 'the target holds what no request can' : undefined;
}

/** A body pasted from the inspector would send the mask in place of the secret. */
const readSuppliedGap = ({ body }: ExchangeRecord['request'], supplied: string): string | undefined =>
  body?.redacted === true && supplied.includes(MASK) ? `the body supplied holds ${MASK} yet` : undefined;

function readBodyGap({ body }: ExchangeRecord['request'], stored: readonly Field[]): string | undefined {
  if (body === undefined) return hasBody(stored.flat()) ? 'the body was not captured' : undefined;
  if (body.text === undefined) return 'the body is no text that is kept';
  if (body.cut) return 'the body was cut';
  if (body.redacted) return 'the body was redacted';
  // Decoding puts U+FFFD in place of invalid UTF-8.
  return body.text.includes('\ufffd') ? 'the body is not all UTF-8' : undefined;
}
