import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

export interface ConnectionLimitOptions {
  /** @throws ProxyError BUSY (503) for a connection beyond the limit */
  readonly refuseExcess: (socket: Socket) => void;
}

/** Answers 503 on connections beyond the limit. */
export const connectionLimit = fp<ConnectionLimitOptions>((app: FastifyInstance, { refuseExcess }, done) => {
  app.addHook('onRequest', ({ raw }, _reply, next) => {
    refuseExcess(raw.socket);
    next();
  });
  done();
});
