import { randomBytes, timingSafeEqual } from 'node:crypto';
import { ProxyError } from '../errors.ts';
import { json, object, text } from './schemas.ts';

export const SESSION_HEADER = 'x-mkio-proxy-session';

/** As a schema of the header. */
export const SESSION_FIELD = object({ [SESSION_HEADER]: text('The value of `GET /session`.') });

export const SESSION = {
  summary: 'What calls that change something have to carry',
  response: { 200: json('New with each start.', object({ header: text('A name.'), value: text('Its value.') })) },
};

/** What proves that whoever changes something could read an answer of this listener. */
export interface Session {
  readonly value: string;
  /** @throws ProxyError SESSION_REQUIRED (403) */
  readonly require: (sent: string | string[] | undefined) => void;
}

/** A value of its own for each start. Other origins cannot read it, as no answer here allows them to. */
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
