import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { ProxyError } from '../errors.ts';

const SPOKEN = new Set(['1.0', '1.1']);

/** Node's parser also accepts HTTP/0.9 and HTTP/2.0 in a request line, and reads such a request as HTTP/1.1. */
export const httpVersion = fp((app: FastifyInstance, _options, done) => {
  app.addHook('onRequest', ({ raw }, _reply, next) => {
    if (!SPOKEN.has(raw.httpVersion)) throw unspoken(raw.httpVersion);
    next();
  });
  done();
});

const unspoken = (version: string): ProxyError =>
  new ProxyError('TARGET_INVALID', `The request line names HTTP/${version}; the proxy speaks HTTP/1.1 and HTTP/1.0.`, {
    hint: 'Send the request as HTTP/1.1.',
    headers: { connection: 'close' },
  });
