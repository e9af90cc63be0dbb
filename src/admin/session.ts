import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginCallback } from 'fastify';
import { ProxyError } from '../errors.ts';
import { json, object, text } from './schemas.ts';

export const SESSION_HEADER = 'x-mkio-proxy-session';

/** Schema of the header. */
export const SESSION_FIELD = object({ [SESSION_HEADER]: text('The value of `GET /session`.') });

const SESSION = {
  summary: 'What calls that change something have to carry',
  response: { 200: json('New with each start.', object({ header: text('A name.'), value: text('Its value.') })) },
};

/** Proof that the sender of a request can read answers of this listener. */
export interface Session {
  readonly value: string;
  /** @throws ProxyError SESSION_REQUIRED (403) */
  readonly require: (sent: string | string[] | undefined) => void;
}

/** A new random value for each start. Pages of other origins cannot read it: no answer here has CORS headers. */
export function createSession(): Session {
  const value = randomBytes(24).toString('base64url');
  const expected = Buffer.from(value);
  return {
    value,
    require: (sent) => {
      const given = Buffer.from(typeof sent === 'string' ? sent : '');
      if (given.length === expected.length && timingSafeEqual(given, expected)) return;
      throw new ProxyError('SESSION_REQUIRED', `The request does not carry the ${SESSION_HEADER} of this start.`);
    },
  };
}

export const sessionRoute: FastifyPluginCallback<{ readonly session: Session }> = (app, { session }, done) => {
  app.get('/session', { schema: SESSION }, () => ({ header: SESSION_HEADER, value: session.value }));
  done();
};
