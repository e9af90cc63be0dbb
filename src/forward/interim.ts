import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FieldLines } from '../http/fields.ts';
import type { AnswerPasses } from './headers.ts';
import { answerFields } from './headers.ts';

export interface InterimOptions {
  readonly raw: IncomingMessage;
  readonly answer: ServerResponse;
  readonly passes: AnswerPasses;
}

/** More than a server needs. Each takes memory while the caller does not read. */
export const MAX_INTERIM_ANSWERS = 100;

/** Forwards the interim answers that Node can send: 102 and 103 (RFC 9110 §15.2, RFC 8297). */
export function relayInterim({ raw, answer, passes }: InterimOptions, status: number, fields: FieldLines): void {
  if (raw.httpVersionMinor === 0) return; // never to an HTTP/1.0 caller
  if (status === 102) answer.writeProcessing();
  if (status !== 103) return;
  const passed = answerFields(fields, passes);
  const link = passed.filter((_, i) => i % 2 === 1 && passed[i - 1] === 'link');
  try {
    if (link.length > 0) answer.writeEarlyHints({ link });
  } catch {
    // Node refuses some links that RFC 8288 allows. A hint is optional; the answer is not.
  }
}
