import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProxyError } from '../errors.ts';
import type { FieldLines } from '../http/fields.ts';
import type { AnswerPasses } from './headers.ts';
import { answerFields } from './headers.ts';

export interface InterimTarget {
  readonly raw: IncomingMessage;
  readonly answer: ServerResponse;
  readonly passes: AnswerPasses;
}

/** More than a server needs. Each takes memory while the caller does not read. */
const MAX_INTERIM_ANSWERS = 100;

/** Forwards the interim answers that Node can send: 102 and 103 (RFC 9110 §15.2, RFC 8297). */
export class InterimAnswers {
  readonly #target: InterimTarget;
  readonly #waiting: (() => void)[] = [];
  #count = 0;

  constructor(target: InterimTarget) {
    this.#target = target;
  }

  /** @throws ProxyError UPSTREAM_INVALID (502) if there are too many */
  relay(status: number, fields: FieldLines): void {
    if (++this.#count > MAX_INTERIM_ANSWERS) {
      throw new ProxyError('UPSTREAM_INVALID', 'The upstream sent interim answers without end.');
    }
    const { raw, answer, passes } = this.#target;
    if (raw.httpVersionMinor === 0) return; // never to an HTTP/1.0 caller
    if (status === 102) this.#send(() => answer.writeProcessing());
    if (status === 103) this.#send(() => writeHints(answer, answerFields(fields, passes)));
  }

  #send(write: () => void): void {
    this.#waiting.push(write);
    if (this.#waiting.length > 1) return;
    inTurn(this.#target.answer, () => {
      for (const send of this.#waiting.splice(0)) send();
    });
  }
}

/**
 * Writes an interim answer as soon as earlier requests of the connection are answered, unless the final answer has begun.
 * Node queues bytes written earlier, but puts the head of the final answer before them.
 */
export function inTurn(answer: ServerResponse, write: () => void): void {
  if (answer.socket !== null) write();
  else
    answer.prependOnceListener('socket', () => {
      if (!answer.headersSent) write();
    });
}

function writeHints(answer: ServerResponse, passed: FieldLines): void {
  const link = passed.filter((_, i) => i % 2 === 1 && passed[i - 1] === 'link');
  try {
    if (link.length > 0) answer.writeEarlyHints({ link });
  } catch {
    // Node refuses some links that RFC 8288 allows. A hint is optional; the answer is not.
  }
}
