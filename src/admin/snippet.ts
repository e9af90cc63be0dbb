import type { FastifyPluginCallback } from 'fastify';
import { ProxyError } from '../errors.ts';
import { readRepeatableRequest } from './repeatable-request.ts';
import type { Destination, LanguageName } from './snippets/snippets.ts';
import { LANGUAGES, renderSnippet } from './snippets/snippets.ts';
import type { Query } from './query.ts';
import { parseChoice, requireKnown } from './query.ts';
import { ID, object, oneOf, textual } from './schemas.ts';
import type { KeptExchanges } from './kept.ts';
import { requireExchange } from './kept.ts';

export const LANGUAGE_NAMES = Object.keys(LANGUAGES) as readonly LanguageName[];
export const DESTINATIONS = ['proxy', 'upstream'] as const;

export interface SnippetOptions {
  readonly kept: KeptExchanges;
  readonly destinations: Readonly<Record<(typeof DESTINATIONS)[number], Destination>>;
  readonly isForwarded: (name: string) => boolean;
}

const SNIPPET = {
  summary: 'The request as code',
  params: ID,
  querystring: object(
    {
      as: oneOf(LANGUAGE_NAMES),
      to: oneOf(DESTINATIONS, 'Whom it asks: the proxy, or MK.IO with the token of $MKIO_TOKEN.'),
    },
    ['to'],
  ),
  response: { 200: textual('A command or a script.', 'text/plain') },
};

/** `GET /exchanges/:id/snippet`: the request as code. */
export const snippetRoute: FastifyPluginCallback<SnippetOptions> = (app, options, done) => {
  const { kept, destinations, isForwarded } = options;
  app.get<{ Params: { id: string }; Querystring: Query }>(
    '/exchanges/:id/snippet',
    { schema: SNIPPET },
    ({ params, query }, reply) => {
      requireKnown(query, ['as', 'to']);
      const name = parseChoice('as', query.as, LANGUAGE_NAMES);
      const to = parseChoice('to', query.to ?? 'proxy', DESTINATIONS);
      const { item } = requireExchange(kept, params.id);
      const destination = destinations[to];
      if (destination.socketPath !== undefined && !LANGUAGES[name].reachesSockets) throw unreachable(name);
      const text = renderSnippet(name, readRepeatableRequest(item, isForwarded), destination);
      return reply.type('text/plain; charset=utf-8').send(text);
    },
  );
  done();
};

const unreachable = (name: LanguageName): ProxyError =>
  new ProxyError('QUERY_INVALID', `The proxy listens on a Unix socket, which ${name} does not reach.`, {
    hint: 'Take as=curl or to=upstream.',
  });
