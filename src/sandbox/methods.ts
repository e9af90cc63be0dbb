import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ApiError } from './replies.ts';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Fastify answers a wrong method with 404, MK.IO with 405. Call this before the first route
 * and its result after the last.
 */
export function watchMethods(app: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    known.set(url, new Set([...(known.get(url) ?? []), ...[method].flat()]));
  });
  return () => {
    for (const [url, methods] of [...known]) {
      const allow = [...methods].join(', ');
      const refuse = () => {
        throw new ApiError(405, `The methods here are ${allow}.`, {}, { allow });
      };
      app.route({ method: METHODS.filter((method) => !methods.has(method)), url, handler: refuse });
    }
  };
}
