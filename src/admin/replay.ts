import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ProxyError } from '../errors.ts';
import type { RepeatableRequest } from './repeatable-request.ts';
import { readRepeatableRequest } from './repeatable-request.ts';
import type { OwnListener } from './own-listener.ts';
import { EDITS, MAX_EDITS_BYTES, parseEdits } from './replay-edits.ts';
import { array, ID, json, object, text } from './schemas.ts';
import type { Session } from './session.ts';
import { SESSION_FIELD, SESSION_HEADER } from './session.ts';
import type { KeptExchanges } from './kept.ts';
import { requireExchange } from './kept.ts';

export interface ReplayAnswer {
  /** Id of the new exchange. */
  readonly exchange: string;
  /** Of its answer, by MK.IO or the proxy; absent if there was none. */
  readonly status: number | undefined;
  /** Lower-case names of header fields that were not sent: masked values, or fields that the proxy drops or sets. */
  readonly leftOut: readonly string[];
}

export interface ReplayOptions {
  readonly kept: KeptExchanges;
  readonly session: Session;
  readonly listener: OwnListener;
  /** Whether every user of the admin listener may also call the proxy. */
  readonly mayReplay: boolean;
  readonly isForwarded: (name: string) => boolean;
}

const MAX_REPLAYS = 16;

const REPLAY = {
  summary: 'Make the request once more',
  params: ID,
  headers: SESSION_FIELD,
  body: z.toJSONSchema(EDITS),
  response: {
    200: json(
      'What has become of it, a refusal or a failure too.',
      object<keyof ReplayAnswer>(
        {
          exchange: text('Id of the new exchange.'),
          status: { type: 'integer', description: 'Of its answer; absent where there was none.' },
          leftOut: { ...array({ type: 'string' }), description: 'Header fields that were not sent.' },
        },
        ['status'],
      ),
    ),
  },
};

/** `POST /exchanges/:id/replay`: sends the request to the proxy again, where every check applies to it. */
export const replayRoute: FastifyPluginCallback<ReplayOptions> = (app, options, done) => {
  const { kept, session, listener, mayReplay, isForwarded } = options;
  let running = 0;

  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_EDITS_BYTES },
    (_request, text, parsed) => parsed(null, text),
  );
  app.post<{ Params: { id: string }; Body: string | undefined }>(
    '/exchanges/:id/replay',
    { schema: REPLAY },
    async (request, reply): Promise<ReplayAnswer> => {
      session.require(request.headers[SESSION_HEADER]);
      if (!mayReplay) throw notTheOperator();
      requireReadable(request);
      const { item } = requireExchange(kept, request.params.id);
      const repeatable = readRepeatableRequest(item, isForwarded, parseEdits(request.body));
      refuseGaps(repeatable);
      if (running === MAX_REPLAYS) throw new ProxyError('BUSY', `${MAX_REPLAYS} replays are under way already.`);
      running++;
      try {
        const { id, status } = await listener.replay(repeatable, { of: item.facts.id, signal: signalOf(reply) });
        return { exchange: id, status, leftOut: repeatable.leftOut };
      } finally {
        running--;
      }
    },
  );
  done();
};

/** If caller keys or a socket's mode restrict callers, access to the admin listener alone is not enough. */
const notTheOperator = (): ProxyError =>
  new ProxyError('REPLAY_REFUSED', 'Not every user of this machine may call this proxy, so replays need a key, too.');

/** Without this check, edits of another content type would be dropped silently. */
function requireReadable({ body, headers }: FastifyRequest): void {
  const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  if (body !== undefined || isEmpty) return;
  throw new ProxyError('REPLAY_INVALID', 'The edits of the replay are wrong: they are not sent as application/json.');
}

function refuseGaps({ gaps }: RepeatableRequest): void {
  if (gaps.size === 0) return;
  const parts = [...gaps.keys()].join(' and ');
  throw new ProxyError('REPLAY_INCOMPLETE', `The exchange cannot be repeated: ${[...gaps.values()].join(', ')}.`, {
    hint: `Supply ${parts} in the JSON of the replay.`,
    extraDetail: { supply: [...gaps.keys()].join(',') },
  });
}

/** A client that disconnects cancels its replay. */
function signalOf({ raw }: FastifyReply): AbortSignal {
  const life = new AbortController();
  raw.once('close', () => life.abort());
  return life.signal;
}
