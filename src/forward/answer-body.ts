import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { pipeline, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { FieldLines } from './headers.ts';
import { readField } from './headers.ts';
import type { BodyMapper } from './links.ts';
import { isReleasable, release } from './release.ts';

/** Takes the answer's bytes in order, writes the head in time, and says when to wait. */
export interface AnswerBody {
  /** false: wait for `drain` of `sink` before the next chunk. */
  readonly write: (chunk: Buffer) => boolean;
  readonly end: () => void;
  readonly sink: Writable;
}

export interface AnswerBodyWorlds {
  readonly answer: ServerResponse;
  readonly status: number;
  /** The upstream's field lines. */
  readonly fields: FieldLines;
  /** The field lines for the caller, without the names in `drop`. */
  readonly pass: (fields: FieldLines, drop: ReadonlySet<string>) => FieldLines;
  /** Makes the mapper that keeps links inside; undefined: bytes pass untouched. */
  readonly createMapper: (() => BodyMapper) | undefined;
  readonly method: string;
  /** Called where the upstream's bytes do not decode. */
  readonly onBroken: () => void;
}

const JSON_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;
/** Makes the decoder of a content coding (RFC 9110 §8.4.1), given the first bytes. */
type CreateDecoder = (first: Buffer) => Transform;

const DECODERS = new Map<string, CreateDecoder>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['br', () => createBrotliDecompress()],
  // Some servers leave the zlib wrapper away, whose first byte ends in 8 (RFC 1950 §2.2).
  ['deflate', ([first = 0]) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw())],
]);
const NOTHING: ReadonlySet<string> = new Set();
// RFC 9110 §8.6: no Content-Length with 204.
const LENGTH: ReadonlySet<string> = new Set(['content-length']);
// What describes bytes that mapping may change.
const ABOUT_BYTES = ['accept-ranges', 'content-digest', 'content-length', 'content-md5', 'digest', 'repr-digest'];
const MAPPED: ReadonlySet<string> = new Set(ABOUT_BYTES);
const DECODED: ReadonlySet<string> = new Set([...ABOUT_BYTES, 'content-encoding']);

export function createAnswerBody(worlds: AnswerBodyWorlds): AnswerBody {
  const { status, fields, method, createMapper } = worlds;
  const passed = status === 204 ? LENGTH : NOTHING;
  if (createMapper === undefined || status !== 200 || !isJson(fields)) return passing(worlds, passed);
  const codings = readCodings(fields);
  const decoder = DECODERS.get(codings.join());
  if (codings.length > 0 && decoder === undefined) return passing(worlds, passed);
  if (method === 'HEAD') return passing(worlds, decoder ? DECODED : MAPPED);
  return decoder ? decoding(worlds, createMapper(), decoder) : mapping(worlds, createMapper());
}

function isJson(fields: FieldLines): boolean {
  return JSON_TYPE.test(readField(fields, 'content-type') ?? '');
}

function readCodings(fields: FieldLines): string[] {
  const codings = readField(fields, 'content-encoding')?.toLowerCase().split(',') ?? [];
  return codings.map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity');
}

function writeHead(
  { answer, status, fields, pass }: AnswerBodyWorlds,
  drop: ReadonlySet<string>,
  length?: number,
): void {
  const lines = pass(fields, drop);
  if (length !== undefined) lines.push('content-length', String(length));
  // The reason phrase is text from upstream without meaning (RFC 9112 §4): Node fills in its own.
  answer.writeHead(status, lines);
}

function passing(worlds: AnswerBodyWorlds, drop: ReadonlySet<string>): AnswerBody {
  const { answer } = worlds;
  writeHead(worlds, drop);
  return {
    write: (chunk) => (isReleasable(chunk) ? answer.write(chunk, () => release(chunk)) : answer.write(chunk)),
    end: () => answer.end(),
    sink: answer,
  };
}

/** The head waits for the first bytes: an answer that is all there keeps a Content-Length. */
function mapping(worlds: AnswerBodyWorlds, mapper: BodyMapper): AnswerBody {
  const { answer } = worlds;
  const length = Number(readField(worlds.fields, 'content-length'));
  const endWith = (body: Buffer): true => {
    const mapped = mapper.whole(body);
    if (mapped === body) writeHead(worlds, NOTHING);
    else writeHead(worlds, MAPPED, mapped.length);
    answer.end(mapped);
    return true;
  };
  return {
    write: (chunk) => {
      if (!answer.headersSent) {
        if (chunk.length === length) return endWith(chunk);
        writeHead(worlds, MAPPED);
      }
      return answer.write(mapper.push(chunk));
    },
    end: () => {
      if (answer.writableEnded) return;
      if (!answer.headersSent) writeHead(worlds, NOTHING);
      answer.end(mapper.flush());
    },
    sink: answer,
  };
}

function decoding(worlds: AnswerBodyWorlds, mapper: BodyMapper, createDecoder: CreateDecoder): AnswerBody {
  const { answer, onBroken } = worlds;
  writeHead(worlds, DECODED);
  const mapped = new Transform({
    transform: (chunk: Buffer, _, done) => done(null, mapper.push(chunk)),
    flush: (done) => done(null, mapper.flush()),
  });
  const start = (first: Buffer): Transform => {
    const created = createDecoder(first);
    pipeline(created, mapped, (error) => {
      if (error) onBroken();
    });
    mapped.pipe(answer);
    return created;
  };
  let decoder: Transform | undefined;
  return {
    write: (chunk) => (decoder ??= start(chunk)).write(chunk),
    end: () => (decoder ?? answer).end(),
    get sink() {
      return decoder ?? answer;
    },
  };
}
