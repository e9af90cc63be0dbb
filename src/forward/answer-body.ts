import type { ServerResponse } from 'node:http';
import { pipeline, Transform } from 'node:stream';
import type { Coding } from '../http/content.ts';
import { isJson, mayHoldText, readContent } from '../http/content.ts';
import type { AnswerBody, AnswerBodyWorlds } from './answer-head.ts';
import { BODYLESS, DECODED, LENGTH, MAPPED, NOTHING, writeHead } from './answer-head.ts';
import type { BodyMapper } from './body-mapper.ts';
import { chainMappers } from './body-mapper.ts';
import { createHeldAnswer, MAX_HELD_BYTES } from './held-answer.ts';
import { isReleasable, release } from './release.ts';

export function createAnswerBody(worlds: AnswerBodyWorlds): AnswerBody {
  const { status, fields, method, createMapper, createMask } = worlds;
  const content = readContent(fields);
  const { coding, isCoded, length = Infinity } = content;
  const passed = status === 204 ? LENGTH : NOTHING;
  if (BODYLESS.has(status) || !mayHoldText(content) || (isCoded && coding === undefined))
    return passing(worlds, passed);

  const isMapped = createMapper !== undefined && status === 200 && isJson(content);
  if (method === 'HEAD') return passing(worlds, isMapped ? (isCoded ? DECODED : MAPPED) : passed);
  if (isMapped) {
    const mapper = chainMappers(createMask(), createMapper());
    return coding === undefined ? mapping(worlds, mapper, length) : decoding(worlds, mapper, coding);
  }
  if (coding === undefined) return masking(worlds, createMask());
  // A range of compressed bytes does not decode.
  return length <= MAX_HELD_BYTES && status !== 206
    ? createHeldAnswer(worlds, createMask(), coding)
    : passing(worlds, passed);
}

function passing(worlds: AnswerBodyWorlds, drop: ReadonlySet<string>): AnswerBody {
  const { answer } = worlds;
  writeHead(worlds, drop);
  return {
    write: (chunk) => writeAndRelease(answer, chunk),
    flushHead: () => answer.flushHeaders(),
    end: () => answer.end(),
    sink: answer,
  };
}

function masking(worlds: AnswerBodyWorlds, mask: BodyMapper): AnswerBody {
  const { answer } = worlds;
  writeHead(worlds, NOTHING);
  return {
    write: (chunk) => writeAndRelease(answer, mask.push(chunk)),
    flushHead: () => answer.flushHeaders(),
    end: () => answer.end(mask.flush()),
    sink: answer,
  };
}

function writeAndRelease(answer: ServerResponse, chunk: Buffer): boolean {
  return isReleasable(chunk) ? answer.write(chunk, () => release(chunk)) : answer.write(chunk);
}

/** An answer that arrives whole in one chunk keeps a Content-Length. */
function mapping(worlds: AnswerBodyWorlds, mapper: BodyMapper, length: number): AnswerBody {
  const { answer } = worlds;
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
    flushHead: () => {
      writeHead(worlds, MAPPED);
      answer.flushHeaders();
    },
    end: () => {
      if (answer.writableEnded) return;
      if (!answer.headersSent) writeHead(worlds, NOTHING);
      answer.end(mapper.flush());
    },
    sink: answer,
  };
}

function decoding(worlds: AnswerBodyWorlds, mapper: BodyMapper, { createDecoder }: Coding): AnswerBody {
  const { answer, onBroken } = worlds;
  writeHead(worlds, DECODED);
  const mapped = new Transform({
    transform: (chunk: Buffer, _, done) => done(null, mapper.push(chunk)),
    flush: (done) => done(null, mapper.flush()),
  });
  const start = (first: Buffer): Transform => {
    const created = createDecoder(first, false);
    pipeline(created, mapped, (error) => {
      if (error) onBroken();
    });
    mapped.pipe(answer);
    return created;
  };
  let decoder: Transform | undefined;
  return {
    write: (chunk) => (decoder ??= start(chunk)).write(chunk),
    flushHead: () => answer.flushHeaders(),
    end: () => (decoder ?? answer).end(),
    get sink() {
      return decoder ?? answer;
    },
  };
}
