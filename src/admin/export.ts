import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { FastifyPluginCallback } from 'fastify';
import type { HarOptions } from './har.ts';
import { renderHarEntry } from './har.ts';
import type { Accepts } from '../traffic/filter-keys.ts';
import type { ExchangeRecord } from '../traffic/record.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { Ring } from '../traffic/ring.ts';
import type { Query } from './query.ts';
import { parseMatcher, requireKnown } from './query.ts';
import { FILTER, json, object } from './schemas.ts';

const EXPORT = {
  summary: 'All that is kept, as HAR 1.2',
  querystring: object({ filter: FILTER }, ['filter']),
  response: { 200: json('HAR 1.2.', { type: 'object' }) },
};
/** Entries per turn of the event loop, so that forwarding goes on during an export. */
const BATCH = 10;
const renderHead = (version: string): string =>
  `{"log":{"version":"1.2","creator":${JSON.stringify({ name: 'mkio-proxy', version })},"entries":[`;
const END = ']}}\n';

export interface HarRouteOptions {
  readonly ring: Ring<ExchangeRecord, ExchangeFacts>;
  /** The proxy's address for callers, e.g. `http://127.0.0.1:6546`. */
  readonly origin: string;
  readonly version: string;
}

export const harRoute: FastifyPluginCallback<HarRouteOptions> = (app, { ring, origin, version }, done) => {
  app.get<{ Querystring: Query }>('/export.har', { schema: EXPORT }, ({ query }, reply) => {
    requireKnown(query, ['filter']);
    const options = { version, origin, renderTime: (ms: number) => new Date(ms).toISOString() };
    return reply
      .type('application/json; charset=utf-8')
      .header('content-disposition', 'attachment; filename="mkio-proxy.har"')
      .send(Readable.from(renderHar(ring, parseMatcher(query.filter), options)));
  });
  done();
};

async function* renderHar(
  ring: Ring<ExchangeRecord, ExchangeFacts>,
  accepts: Accepts | undefined,
  options: HarOptions & { readonly version: string },
): AsyncGenerator<string, void> {
  yield renderHead(options.version);
  let comma = '';
  // Exchanges that end during the export are left out.
  for (let place = 0, last = ring.latest(); place < last;) {
    const page = ring.read({ after: place, limit: BATCH, accepts });
    place = page.next;
    for (const { sequence, item } of page.entries) {
      if (sequence > last) break;
      yield comma + JSON.stringify(renderHarEntry(item, options));
      comma = ',\n';
    }
    await setImmediate();
  }
  yield END;
}
