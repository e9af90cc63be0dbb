import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { badRequest } from './replies.ts';

const DEFAULT_BYTES = 1024 * 1024;

/** Byte n of a download is n mod 251: a prime, so a lost or repeated block is visible. */
const PATTERN = Buffer.from(Array.from({ length: 251 * 256 }, (_, n) => n % 251));

/** Bulk upload and download, streamed: neither body is held in memory. */
export function routeBackups(api: FastifyInstance): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  api.post('/fleet/uploadBackup', async (request, reply) => {
    const spec = await digest(request.body as AsyncIterable<Buffer> | undefined);
    return await reply.code(201).send({ metadata: { id: randomUUID() }, spec });
  });
  api.get<{ Querystring: { size?: string } }>('/fleet/backups/:id/config', ({ query }, reply) => {
    const size = parseSize(query.size);
    return reply.headers({ 'content-type': 'application/octet-stream', 'content-length': size }).send(content(size));
  });
}

async function digest(body: AsyncIterable<Buffer> = Readable.from([])): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

function parseSize(text = String(DEFAULT_BYTES)): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest('size has to be a number of bytes.', 'size');
}

function content(size: number): Readable {
  return Readable.from(chunks(size), { objectMode: false, highWaterMark: PATTERN.length });
}

function* chunks(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= PATTERN.length) yield PATTERN.subarray(0, left);
}
