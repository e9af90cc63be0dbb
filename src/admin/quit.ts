import type { FastifyInstance } from 'fastify';
import { ProxyError } from '../errors.ts';
import { json, object, oneOf } from './schemas.ts';

const QUIT = {
  summary: 'End the proxy as SIGTERM does, where MKIO_PROXY_QUIT is on',
  response: { 200: json('It drains, and ends then.', object({ status: oneOf(['draining']) })) },
};

export interface QuitWorlds {
  readonly mayQuit: boolean;
  readonly quit: () => void;
}

/** `POST /quitquitquit`, by the name that sidecars have for it: a Job is over only when its sidecars are. */
export function serveQuit(app: FastifyInstance, { mayQuit, quit }: QuitWorlds): void {
  app.post('/quitquitquit', { schema: QUIT }, (_, reply) => {
    if (!mayQuit) throw NOT_OPEN;
    // Only then, as the end takes this listener's connections along.
    reply.raw.once('close', quit);
    return { status: 'draining' };
  });
}

const NOT_OPEN = new ProxyError('OPERATION_REFUSED', 'This proxy is not to be ended by HTTP.', {
  hint: 'MKIO_PROXY_QUIT=on allows it; SIGTERM always does.',
});
