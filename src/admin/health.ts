import type { FastifyPluginCallback } from 'fastify';
import type { Readiness } from './readiness.ts';
import { array, json, object, oneOf, text } from './schemas.ts';

const LIVENESS = {
  summary: 'Whether the process lives',
  response: { 200: json('It does.', object({ status: oneOf(['ok']) })) },
};
const READY = json(
  'What hinders it, or needs somebody to look at it.',
  object<keyof Readiness>({ status: oneOf(['ok', 'degraded', 'not ready']), reasons: array(text('As a sentence.')) }),
);
const READINESS = { summary: 'Whether the proxy serves', response: { 200: READY, 503: READY } };

export interface HealthOptions {
  readonly readReadiness: () => Readiness;
}

/** `GET /livez` and `GET /readyz`. */
export const healthRoutes: FastifyPluginCallback<HealthOptions> = (app, { readReadiness }, done) => {
  app.get('/livez', { schema: LIVENESS }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: READINESS }, (_request, reply) => {
    const readiness = readReadiness();
    return reply.code(readiness.status === 'not ready' ? 503 : 200).send(readiness);
  });
  done();
};
