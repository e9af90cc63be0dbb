import type { FastifyPluginCallback } from 'fastify';
import { ProxyError } from '../errors.ts';
import { json, object, oneOf } from './schemas.ts';

const QUIT = {
  summary: 'End the proxy as SIGTERM does, where MKIO_PROXY_QUIT is on',
  response: { 200: json('It drains, and ends then.', object({ status: oneOf(['draining']) })) },
};

export interface QuitOptions {
  readonly mayQuit: boolean;
  readonly quit: () => void;
}

/** `POST /quitquitquit`, the usual name for sidecars: a Kubernetes Job ends only after its sidecars. */
export const quitRoute: FastifyPluginCallback<QuitOptions> = (app, { mayQuit, quit }, done) => {
  app.post('/quitquitquit', { schema: QUIT }, (_request, reply) => {
    if (!mayQuit) throw NOT_OPEN;
    // Send the answer first: quitting closes this connection.
    reply.raw.once('close', quit);
    return { status: 'draining' };
  });
  done();
};

const NOT_OPEN = new ProxyError('OPERATION_REFUSED', 'This proxy is not to be ended by HTTP.', {
  hint: 'MKIO_PROXY_QUIT=on allows it; SIGTERM always does.',
});
