import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { TokenStore } from './store.ts';

/** Answers 503 without a usable token. */
export const usableToken = fp<{ readonly token: TokenStore }>((app: FastifyInstance, { token }, done) => {
  app.addHook('onRequest', (_request, _reply, next) => {
    token.current();
    next();
  });
  done();
});
