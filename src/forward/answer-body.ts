import { pipeline, Transform } from 'node:stream';
import type { Coding } from '../http/content.ts';
import { isDecodable, isJson, mayHoldText, readContent } from '../http/content.ts';
import type { AnswerBody, AnswerBodyOptions } from './answer-head.ts';
import { BODYLESS, DECODED, LENGTH, MAPPED, NOTHING, writeHead } from './answer-head.ts';
import type { BodyMapper } from './body-mapper.ts';
import { chainMappers } from './body-mapper.ts';
import { AnswerWriter } from './answer-writer.ts';
import { createHeldAnswer, MAX_HELD_BYTES } from './held-answer.ts';
import { createSilence } from './silence.ts';

export function createAnswerBody(options: AnswerBodyOptions): AnswerBody {
  const { status, fields, method, createMapper, createMask } = options;
  const content = readContent(fields);
  const { coding, isCoded, length = Infinity } = content;
  const passed = status === 204 ? LENGTH : NOTHING;
  if (BODYLESS.has(status) || !mayHoldText(content) || !isDecodable(content)) return passing(options, passed);

  const isMapped = createMapper !== undefined && status === 200 && isJson(content);
  if (method === 'HEAD') return passing(options, isMapped ? (isCoded ? DECODED : MAPPED) : passed);
  if (isMapped) {
    const mapper = chainMappers(createMask(), createMapper());
    return coding === undefined ? mapping(options, mapper, length) : decoding(options, mapper, coding);
  }
  if (coding === undefined) return masking(options, createMask(), length);
  // A range of compressed bytes does not decode.
  return length <= MAX_HELD_BYTES && status !== 206
    ? createHeldAnswer(options, createMask(), coding)
    : passing(options, passed);
}

function passing(options: AnswerBodyOptions, drop: ReadonlySet<string>): AnswerBody {
  const { answer } = options;
  const writer = new AnswerWriter(answer);
  writeHead(options, drop);
  return {
    write: (chunk) => writer.write(chunk),
    flushHead: () => answer.flushHeaders(),
    end: () => writer.end(),
    sink: answer,
  };
}

function masking(options: AnswerBodyOptions, mask: BodyMapper, length: number): AnswerBody {
  const { answer } = options;
  const writer = new AnswerWriter(answer);
  const silence = createSilence(mask, answer, (bytes) => writer.write(bytes));
  writeHead(options, NOTHING);
  return {
    write: (chunk) => {
      if (chunk.length === length) return writer.write(mask.whole(chunk));
      const sent = writer.write(mask.push(chunk));
      silence.begin();
      return sent;
    },
    flushHead: () => answer.flushHeaders(),
    end: () => {
      silence.end();
      writer.end(mask.flush());
    },
    sink: answer,
  };
}

/** An answer that arrives whole in one chunk keeps a Content-Length. */
function mapping(options: AnswerBodyOptions, mapper: BodyMapper, length: number): AnswerBody {
  const { answer } = options;
  const writer = new AnswerWriter(answer);
  const silence = createSilence(mapper, answer, (bytes) => writer.write(bytes));
  const endWith = (body: Buffer): true => {
    const mapped = mapper.whole(body);
    if (mapped === body) writeHead(options, NOTHING);
    else writeHead(options, MAPPED, mapped.length);
    answer.end(mapped);
    return true;
  };
  return {
    write: (chunk) => {
      if (!answer.headersSent) {
        if (chunk.length === length) return endWith(chunk);
        writeHead(options, MAPPED);
      }
      const sent = writer.write(mapper.push(chunk));
      silence.begin();
      return sent;
    },
    flushHead: () => {
      writeHead(options, MAPPED);
      answer.flushHeaders();
    },
    end: () => {
      silence.end();
      if (answer.writableEnded) return;
      if (!answer.headersSent) writeHead(options, NOTHING);
      writer.end(mapper.flush());
    },
    sink: answer,
  };
}

function decoding(options: AnswerBodyOptions, mapper: BodyMapper, { createDecoder }: Coding): AnswerBody {
  const { answer, onBroken } = options;
  writeHead(options, DECODED);
  const mapped = new Transform({
    transform: (chunk: Buffer, _, done) => {
      done(null, mapper.push(chunk));
      silence.begin();
    },
    flush: (done) => {
      silence.end();
      done(null, mapper.flush());
    },
  });
  const silence = createSilence(mapper, mapped, (bytes) => mapped.push(bytes));
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
