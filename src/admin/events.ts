import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProxyError } from '../errors.ts';
import type { Accepts } from '../traffic/filter-keys.ts';
import type { Query } from './query.ts';
import { parseAfter, parseMatcher, requireKnown } from './query.ts';
import { AFTER, FILTER, object, textual } from './schemas.ts';
import type { Traffic } from './kept.ts';
import { renderCursor } from './kept.ts';
import { viewSummary } from './views.ts';

/** What is told beside exchanges: by the event's name, as of now. Told at the beginning and when it changes. */
export type ReadStates = () => Readonly<Record<string, unknown>>;

const EVENTS = {
  summary: 'Live exchanges and states',
  querystring: object({ after: AFTER, filter: FILTER }, ['after', 'filter']),
  response: {
    200: textual('Server-sent events: hello, exchange, missed, token, readiness, upstream.', 'text/event-stream'),
  },
};
const MAX_READERS = 16;
/** Events in one write, and the pause behind it: what a reader may cost at most. */
const BATCH = 100;
const PAUSE_MS = 20;
const STATE_MS = 1_000;
/** Shorter than the idle limits of what may stand in between. */
const HEARTBEAT_MS = 15_000;

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'x-accel-buffering': 'no',
};

/** Live exchanges and states as server-sent events (WHATWG HTML §9.2), from where the reader was. */
export function serveEvents(
  app: FastifyInstance,
  traffic: Traffic,
  readStates: ReadStates,
  heartbeatMs = HEARTBEAT_MS,
): void {
  const readers = new Set<() => void>();

  app.get<{ Querystring: Query }>(
    '/events',
    { exposeHeadRoute: false, schema: EVENTS },
    ({ headers, query }, reply) => {
      requireKnown(query, ['after', 'filter']);
      // A browser that comes back says by its header where it was; its address is still the first one.
      const after = parseAfter(traffic, headers['last-event-id'] ?? query.after) ?? traffic.ring.latest();
      const accepts = parseMatcher(query.filter);
      if (readers.size >= MAX_READERS) {
        const hint = 'Close one of the pages or programs that follow the events.';
        throw new ProxyError('BUSY', `${MAX_READERS} readers follow the events already.`, { hint });
      }
      void reply.hijack();
      // Those of all answers go along: Fastify itself sends none of a hijacked one.
      const answer = reply.raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...HEAD });
      const end = startReader({ answer, traffic, readStates, heartbeatMs, after, accepts });
      readers.add(end);
      answer.once('close', () => {
        end();
        readers.delete(end);
      });
    },
  );

  app.addHook('preClose', (done) => {
    for (const end of readers) end();
    done();
  });
}

interface Reader {
  readonly answer: ServerResponse;
  readonly traffic: Traffic;
  readonly readStates: ReadStates;
  readonly heartbeatMs: number;
  readonly after: number;
  readonly accepts: Accepts | undefined;
}

/** A reader is its place in the ring: while it does not read, nothing is written or kept for it. */
function startReader({ answer, traffic, readStates, heartbeatMs, after, accepts }: Reader): () => void {
  const { capture, maxExchanges, ring, run, readOrigin } = traffic;
  const told = new Map<string, string>();
  let place = after;
  let planned: NodeJS.Timeout | undefined;

  const write = (text: string): void => {
    heartbeat.refresh();
    if (!answer.write(text)) answer.once('drain', plan);
  };
  const plan = (): void => {
    planned ??= setTimeout(catchUp, PAUSE_MS);
  };
  const catchUp = (): void => {
    planned = undefined;
    if (answer.writableNeedDrain) return;
    const page = ring.list({ after: place, limit: BATCH, accepts });
    place = page.next;
    const events = page.entries.map(({ sequence, item }) => {
      const cursor = renderCursor(traffic, sequence);
      return renderEvent('exchange', viewSummary(item, cursor), cursor);
    });
    if (page.missed > 0) events.unshift(renderEvent('missed', { count: page.missed }));
    if (events.length > 0) write(events.join(''));
    if (page.more) plan();
  };
  const tellStates = (): void => {
    if (answer.writableNeedDrain) return;
    for (const [name, state] of Object.entries(readStates())) {
      const event = renderEvent(name, state);
      if (told.get(name) === event) continue;
      told.set(name, event);
      write(event);
    }
  };
  // With its place, as a filter may have passed over much since the last event.
  const beat = (): void => {
    if (!answer.writableNeedDrain) write(`id: ${renderCursor(traffic, place)}\n: still here\n\n`);
    heartbeat.refresh();
  };
  const heartbeat = setTimeout(beat, heartbeatMs);

  write(renderEvent('hello', { run, capture, maxExchanges, proxy: readOrigin() }, renderCursor(traffic, place)));
  tellStates();
  plan();
  const leave = ring.subscribe(plan);
  const states = setInterval(tellStates, STATE_MS);
  return () => {
    leave();
    clearInterval(states);
    clearTimeout(heartbeat);
    clearTimeout(planned);
    answer.end();
  };
}

const renderEvent = (name: string, data: unknown, id?: string): string =>
  `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
