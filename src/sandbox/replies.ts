import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Json } from './json.ts';

const CODES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  413: 'PayloadTooLarge',
  429: 'TooManyRequests',
  500: 'InternalServerError',
};

/** An error answer of MK.IO; rendered by `sendError`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly statusCode: number;
  readonly extraDetail: Json;
  readonly headers: Readonly<Record<string, string>>;

  constructor(statusCode: number, detail: string, extraDetail: Json = {}, headers: Record<string, string> = {}) {
    super(detail);
    this.statusCode = statusCode;
    this.extraDetail = extraDetail;
    this.headers = headers;
  }
}

export function badRequest(detail: string, field?: string): ApiError {
  return new ApiError(400, detail, field === undefined ? {} : { field });
}

export function notFound(kind: string, name: string): ApiError {
  return new ApiError(404, `${kind} '${name}' was not found.`);
}

/** Renders an error in MK.IO's shape. Fastify's own errors have a `statusCode` too. */
export function sendError(error: Error & { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500;
  const { extraDetail, headers } = error instanceof ApiError ? error : { extraDetail: {}, headers: {} };
  void reply
    .code(status)
    .headers(headers)
    .send({
      error: { code: CODES[status] ?? 'BadRequest', detail: error.message, extraDetail },
      status,
      ref: request.id,
    });
}
