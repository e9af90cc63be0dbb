import type { FastifyPluginCallback, FastifyReply } from 'fastify';
import { ProxyError } from '../errors.ts';
import type { StoredBody } from '../traffic/stored-body.ts';
import { parseAfter, parseLimit, parseMatcher, requireKnown } from './query.ts';
import type { Query } from './query.ts';
import type { Session } from './session.ts';
import { SESSION_FIELD, SESSION_HEADER } from './session.ts';
import type { KeptExchanges } from './kept.ts';
import { renderCursor, requireExchange } from './kept.ts';
import { AFTER, array, EXCHANGE, EXCHANGE_DETAIL, FILTER, ID, json, object, oneOf, text, textual } from './schemas.ts';
import type { ExchangePage } from './exchange-view.ts';
import { viewDetail, viewSummary } from './exchange-view.ts';

const DEFAULT_LIMIT = 100;

const LIST = {
  summary: 'What is kept, page by page',
  querystring: object({ after: AFTER, limit: text('From 1 to 1000; 100 where absent.'), filter: FILTER }, [
    'after',
    'limit',
    'filter',
  ]),
  response: {
    200: json(
      'The oldest first.',
      object({
        capture: oneOf(['off', 'headers', 'bodies']),
        exchanges: array(EXCHANGE),
        next: text('Where to go on, by `after`.'),
        more: { type: 'boolean' },
        missed: { type: 'integer', description: 'Those behind `after` that were pushed out.' },
      }),
    ),
  },
};
const FORGET = {
  summary: 'Forget all that is kept',
  headers: SESSION_FIELD,
  response: { 204: { description: 'Forgotten.', type: 'null' } },
};
const DETAIL = {
  summary: 'One exchange',
  params: ID,
  response: { 200: json('All but the texts of its bodies.', EXCHANGE_DETAIL) },
};
const BODY = {
  summary: 'The text of a body',
  params: ID,
  response: { 200: textual('Decoded, secrets masked.', 'text/plain') },
};

interface WithId {
  readonly Params: { readonly id: string };
}

export interface ExchangesOptions {
  readonly kept: KeptExchanges;
  readonly session: Session;
}

/** Lists, shows and deletes recorded exchanges. */
export const exchangeRoutes: FastifyPluginCallback<ExchangesOptions> = (app, { kept, session }, done) => {
  const { capture, ring } = kept;

  app.get<{ Querystring: Query }>('/exchanges', { schema: LIST }, ({ query }): ExchangePage => {
    requireKnown(query, ['after', 'limit', 'filter']);
    const page = ring.list({
      after: parseAfter(kept, query.after) ?? 0,
      limit: parseLimit(query.limit, DEFAULT_LIMIT),
      accepts: parseMatcher(query.filter),
    });
    return {
      capture,
      exchanges: page.entries.map(({ sequence, item }) => viewSummary(item, renderCursor(kept, sequence))),
      next: renderCursor(kept, page.next),
      more: page.more,
      missed: page.missed,
    };
  });

  app.delete('/exchanges', { schema: FORGET }, ({ headers }, reply) => {
    session.require(headers[SESSION_HEADER]);
    ring.clear();
    return reply.code(204).send();
  });

  app.get<WithId>('/exchanges/:id', { schema: DETAIL }, ({ params: { id } }) => {
    const { sequence, item } = requireExchange(kept, id);
    return viewDetail(item, renderCursor(kept, sequence));
  });
  app.get<WithId>('/exchanges/:id/body/request', { schema: BODY }, ({ params: { id } }, reply) =>
    sendBody(reply, requireExchange(kept, id).item.request.body),
  );
  app.get<WithId>('/exchanges/:id/body/response', { schema: BODY }, ({ params: { id } }, reply) =>
    sendBody(reply, requireExchange(kept, id).item.answer?.body),
  );
  done();
};

/** Always as plain text, so that browsers run nothing. */
function sendBody(reply: FastifyReply, body: StoredBody | undefined): FastifyReply {
  if (body?.text === undefined) {
    throw new ProxyError('EXCHANGE_UNKNOWN', 'No text of this body is kept.', {
      hint: 'Bodies are kept with MKIO_PROXY_CAPTURE=bodies, where they are text.',
    });
  }
  return reply.type('text/plain; charset=utf-8').send(body.text);
}
