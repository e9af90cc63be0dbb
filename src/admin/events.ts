import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyPluginCallback } from 'fastify';
import { ProxyError } from '../errors.ts';
import type { Accepts } from '../traffic/filter-keys.ts';
import type { Query } from './query.ts';
import { parseAfter, parseMatcher, requireKnown } from './query.ts';
import { AFTER, FILTER, object, textual } from './schemas.ts';
import type { KeptExchanges } from './kept.ts';
import { renderCursor } from './kept.ts';
import type { Hello } from './exchange-view.ts';
import { viewSummary } from './exchange-view.ts';

/** The current states, by event name. Each is sent at the start and when it changes. */
export type ReadStates = () => Readonly<Record<string, unknown>>;

const EVENTS = {
  summary: 'Live exchanges and states',
  querystring: object({ after: AFTER, filter: FILTER }, ['after', 'filter']),
  response: {
    200: textual('Server-sent events: hello, exchange, missed, token, readiness, upstream.', 'text/event-stream'),
  },
};
const MAX_READERS = 16;
/** Events in one write, and the pause after it: the upper bound of the cost of a reader. */
const BATCH = 100;
const PAUSE_MS = 20;
const STATE_MS = 1_000;
/** Shorter than common idle timeouts of proxies. */
const HEARTBEAT_MS = 15_000;

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'x-accel-buffering': 'no',
};

export interface EventsOptions {
  readonly kept: KeptExchanges;
  /** The proxy's address for callers, e.g. `http://127.0.0.1:6546`. */
  readonly proxy: string;
  readonly readStates: ReadStates;
  readonly heartbeatMs?: number | undefined;
}

/** Live exchanges and states as server-sent events (WHATWG HTML §9.2). A reader resumes at its cursor. */
export const eventsRoute: FastifyPluginCallback<EventsOptions> = (app, options, done) => {
  const { kept, proxy, readStates, heartbeatMs = HEARTBEAT_MS } = options;
  const readers = new Set<() => void>();

  app.get<{ Querystring: Query }>(
    '/events',
    { exposeHeadRoute: false, schema: EVENTS },
    ({ headers, query }, reply) => {
      requireKnown(query, ['after', 'filter']);
      // A browser that reconnects sends its place in the header; its URL is still the first one.
      const after = parseAfter(kept, headers['last-event-id'] ?? query.after) ?? kept.ring.latest();
      const accepts = parseMatcher(query.filter);
      if (readers.size >= MAX_READERS) {
        const hint = 'Close one of the pages or programs that follow the events.';
        throw new ProxyError('BUSY', `${MAX_READERS} readers follow the events already.`, { hint });
      }
      void reply.hijack();
      // Fastify sends no headers for a hijacked reply, so the common ones are copied.
      const answer = reply.raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...HEAD });
      const end = startReader({ answer, kept, proxy, readStates, heartbeatMs, after, accepts });
      readers.add(end);
      answer.once('close', () => {
        end();
        readers.delete(end);
      });
    },
  );

  app.addHook('preClose', (ended) => {
    for (const end of readers) end();
    ended();
  });
  done();
};

interface Reader extends Required<EventsOptions> {
  readonly answer: ServerResponse;
  readonly heartbeatMs: number;
  readonly after: number;
  readonly accepts: Accepts | undefined;
}

/** A reader costs only its place in the ring: nothing is queued for one that does not read. */
function startReader({ answer, kept, proxy, readStates, heartbeatMs, after, accepts }: Reader): () => void {
  const { capture, maxExchanges, ring, run } = kept;
  const sent = new Map<string, string>();
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
      const cursor = renderCursor(kept, sequence);
      return renderEvent('exchange', viewSummary(item, cursor), cursor);
    });
    if (page.missed > 0) events.unshift(renderEvent('missed', { count: page.missed }));
    if (events.length > 0) write(events.join(''));
    if (page.more) plan();
  };
  const sendStates = (): void => {
    if (answer.writableNeedDrain) return;
    for (const [name, state] of Object.entries(readStates())) {
      const event = renderEvent(name, state);
      if (sent.get(name) === event) continue;
      sent.set(name, event);
      write(event);
    }
  };
  // With the cursor: a filter may have skipped many exchanges since the last event.
  const beat = (): void => {
    if (!answer.writableNeedDrain) write(`id: ${renderCursor(kept, place)}\n: still here\n\n`);
    heartbeat.refresh();
  };
  const heartbeat = setTimeout(beat, heartbeatMs);

  const hello: Hello = { run, capture, maxExchanges, proxy };
  write(renderEvent('hello', hello, renderCursor(kept, place)));
  sendStates();
  plan();
  const leave = ring.subscribe(plan);
  const states = setInterval(sendStates, STATE_MS);
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
