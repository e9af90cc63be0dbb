import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { BodyMapper } from './body-mapper.ts';
import type { FieldLines } from '../http/fields.ts';

/** Writes the answer's head and bytes in order, with backpressure. */
export interface AnswerBody {
  /** false: wait for `drain` of `sink` before the next chunk. */
  readonly write: (chunk: Buffer) => boolean;
  /** Sends the head before the first chunk, unless the head depends on the body. */
  readonly flushHead: () => void;
  readonly end: () => void;
  readonly sink: Writable;
}

export interface AnswerBodyOptions {
  readonly answer: ServerResponse;
  readonly status: number;
  /** The upstream's field lines. */
  readonly fields: FieldLines;
  /** The field lines for the caller, without the names in `drop`. */
  readonly pass: (fields: FieldLines, drop: ReadonlySet<string>) => string[];
  /** Creates the mapper of links; undefined: links stay unchanged. */
  readonly createMapper: (() => BodyMapper) | undefined;
  /** Creates the mapper that masks tokens. */
  readonly createMask: () => BodyMapper;
  readonly method: string;
  /** Called if the upstream's bytes do not decode. */
  readonly onBroken: () => void;
}

// These have no body, whatever the header announces (RFC 9110 §6.4.1).
export const BODYLESS: ReadonlySet<number> = new Set([204, 304]);
export const NOTHING: ReadonlySet<string> = new Set();
// RFC 9110 §8.6: no Content-Length with 204.
export const LENGTH: ReadonlySet<string> = new Set(['content-length']);
// Fields about bytes that mapping may change.
const ABOUT_BYTES = ['accept-ranges', 'content-digest', 'content-length', 'content-md5', 'digest', 'repr-digest'];
export const MAPPED: ReadonlySet<string> = new Set(ABOUT_BYTES);
export const DECODED: ReadonlySet<string> = new Set([...ABOUT_BYTES, 'content-encoding']);

export function writeHead(
  { answer, status, fields, pass }: AnswerBodyOptions,
  drop: ReadonlySet<string>,
  length?: number,
): void {
  const lines = pass(fields, drop);
  if (length !== undefined) lines.push('content-length', String(length));
  // The upstream's reason phrase has no meaning (RFC 9112 §4); Node writes its own.
  answer.writeHead(status, lines);
}
