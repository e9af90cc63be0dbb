import type { FastifyRequest } from 'fastify';
import { isDeeper, isObject, valueAt, type Json } from './json.ts';
import { badRequest } from './replies.ts';

/** Bounds the recursion of a patch. */
const MAX_DEPTH = 100;

type Done = (error: Error | null, body?: unknown) => void;

/** Accepts `Content-Type: application/json` without a body, which clients of MK.IO often send. */
export function parseJsonBody(_request: FastifyRequest, text: string, done: Done): void {
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    done(badRequest('The body is not valid JSON.'));
    return;
  }
  if (isDeeper(body, MAX_DEPTH)) done(badRequest(`The body is nested deeper than ${MAX_DEPTH} levels.`));
  else done(null, body);
}

/** The body of a request that needs one. */
export function objectBody(request: FastifyRequest): Json {
  if (isObject(request.body)) return request.body;
  throw badRequest('The body has to be a JSON object.');
}

export function requireFields(paths: readonly string[], body: Json): void {
  const missing = paths.find((path) => (valueAt(body, path) ?? '') === '');
  if (missing !== undefined) throw badRequest(`${missing} is required.`, missing);
}
