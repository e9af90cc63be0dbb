import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { HarWorlds } from './har.ts';
import { renderHarEntry } from './har.ts';
import type { Accepts } from '../traffic/filter-keys.ts';
import type { ExchangeRecord } from '../traffic/record.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { Ring } from '../traffic/ring.ts';
import type { Query } from './query.ts';
import { parseMatcher, requireKnown } from './query.ts';
import { FILTER, json, object } from './schemas.ts';
import type { Traffic } from './kept.ts';

const EXPORT = {
  summary: 'All that is kept, as HAR 1.2',
  querystring: object({ filter: FILTER }, ['filter']),
  response: { 200: json('HAR 1.2.', { type: 'object' }) },
};
/** Entries between two turns of the event loop, so that an export does not hold forwarding up. */
const BATCH = 10;
const renderHead = (version: string): string =>
  `{"log":{"version":"1.2","creator":${JSON.stringify({ name: 'mkio-proxy', version })},"entries":[`;
const END = ']}}\n';

export function serveExport(app: FastifyInstance, { ring, readOrigin, version }: Traffic): void {
  app.get<{ Querystring: Query }>('/export.har', { schema: EXPORT }, ({ query }, reply) => {
    requireKnown(query, ['filter']);
    const worlds = { version, origin: readOrigin(), renderTime: (ms: number) => new Date(ms).toISOString() };
    return reply
      .type('application/json; charset=utf-8')
      .header('content-disposition', 'attachment; filename="mkio-proxy.har"')
      .send(Readable.from(renderHar(ring, parseMatcher(query.filter), worlds)));
  });
}

/** What is kept, entry by entry. */
async function* renderHar(
  ring: Ring<ExchangeRecord, ExchangeFacts>,
  accepts: Accepts | undefined,
  worlds: HarWorlds & { readonly version: string },
): AsyncGenerator<string, void> {
  yield renderHead(worlds.version);
  let comma = '';
  // What comes while it is written is not part of it.
  for (let place = 0, last = ring.latest(); place < last;) {
    const page = ring.read({ after: place, limit: BATCH, accepts });
    place = page.next;
    for (const { sequence, item } of page.entries) {
      if (sequence > last) break;
      yield comma + JSON.stringify(renderHarEntry(item, worlds));
      comma = ',\n';
    }
    await setImmediate();
  }
  yield END;
}
