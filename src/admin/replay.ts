import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ProxyError } from '../errors.ts';
import type { RepeatableRequest } from './repeatable-request.ts';
import { readRepeatableRequest } from './repeatable-request.ts';
import type { OwnListener } from './own-listener.ts';
import { EDITS, MAX_EDITS_BYTES, parseEdits } from './replay-edits.ts';
import { array, ID, json, object, text } from './schemas.ts';
import type { Session } from './session.ts';
import { SESSION_FIELD, SESSION_HEADER } from './session.ts';
import type { Traffic } from './kept.ts';
import { requireExchange } from './kept.ts';

export interface ReplayAnswer {
  /** Id of the new exchange. */
  readonly exchange: string;
  /** Of its answer, whoever gave it; absent where there was none. */
  readonly status: number | undefined;
  /** Lower-case names of the header fields that were not sent: they are masked, or the proxy drops or sets them. */
  readonly leftOut: readonly string[];
}

export interface ReplayWorlds {
  readonly traffic: Traffic;
  readonly session: Session;
  readonly listener: OwnListener;
  /** Whether whoever reaches the admin listener may call the proxy as well. */
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

/** `POST /exchanges/:id/replay`: makes a request once more, by the way that every request takes. */
export function serveReplay(app: FastifyInstance, worlds: ReplayWorlds): void {
  const { traffic, session, listener, mayReplay, isForwarded } = worlds;
  let running = 0;

  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: MAX_EDITS_BYTES },
    (_request, text, done) => done(null, text),
  );
  app.post<{ Params: { id: string }; Body: string | undefined }>(
    '/exchanges/:id/replay',
    { schema: REPLAY },
    async (request, reply): Promise<ReplayAnswer> => {
      session.require(request.headers[SESSION_HEADER]);
      if (!mayReplay) throw notTheOperator();
      requireReadable(request);
      const { item } = requireExchange(traffic, request.params.id);
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
}

/** Where keys or the mode of a socket keep callers out, reaching the admin listener alone does not let them in. */
const notTheOperator = (): ProxyError =>
  new ProxyError('REPLAY_REFUSED', 'Not every user of this machine may call this proxy, so replays need a key, too.');

/** Edits that are not understood must not become a replay without them. */
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

/** Whoever asked for a replay and leaves cancels it. */
function signalOf({ raw }: FastifyReply): AbortSignal {
  const life = new AbortController();
  raw.once('close', () => life.abort());
  return life.signal;
}
