import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderHarEntry } from '../../src/admin/har.ts';
import type { ExchangeRecord } from '../../src/traffic/record.ts';
import { call, startTestProxy, TOKEN } from '../support/proxy.ts';
import { askRaw, openRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const require = createRequire(import.meta.url);
const ASSETS = '/api/v1/projects/demo/media/assets';

interface Har {
  readonly log: { readonly entries: readonly Entry[] };
}
interface Entry {
  readonly time: number;
  readonly request: { readonly url: string; readonly method: string; readonly postData?: { readonly text?: string } };
  readonly response: {
    readonly status: number;
    readonly content: { readonly text?: string; readonly comment?: string };
  };
  readonly timings: Readonly<Record<string, number>>;
}

const ajv = new Ajv({ strict: false });
addFormats.default(ajv);
ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json') as object);
ajv.addSchema(Object.values(require('har-schema') as Record<string, object>));

/** Errors by the public schema. */
const validate = (har: unknown): unknown => (ajv.validate('har.json#', har) ? [] : ajv.errors);

const exportFrom = async (admin: string | undefined, query = ''): Promise<Har> =>
  (await (await fetch(`${admin}/export.har${query}`)).json()) as Har;

describe('GET /export.har', () => {
  test('exports every kind of exchange as valid HAR', async () => {
    const upstream = await startUpstream((request, response) => {
      if (request.method === 'PUT') return;
      if (request.url?.endsWith('/cut') === true) {
        response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 9 });
        response.write('a b', () => response.destroy());
        return;
      }
      response.writeHead(303, {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        location: '/api/v1/x',
      });
      response.end(gzipSync(`{"echoed":"${TOKEN}"}`));
    });
    const proxy = await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port: 0 } });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
    await call(proxy, `${ASSETS}?$top=2&sig=abc&x=%zz`, { method: 'POST', headers, body: '{"password":"s3cret"}' });
    await call(proxy, `${ASSETS}/cut`).catch(() => undefined);
    await call(proxy, '/elsewhere#[x]');
    await askRaw(proxy.port, 'GET http://localhost/api/v1/x HTTP/1.1', 'Host: localhost');
    const caller = await openRaw(proxy.port);
    caller.write(`PUT ${ASSETS}/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na`);
    await expect.poll(() => upstream.seen.length).toBe(4);
    caller.leave();
    await proxy.exchange(4);

    const har = await exportFrom(proxy.admin);

    expect(validate(har)).toEqual([]);
    expect(har.log.entries.map(({ response }) => response.status).toSorted()).toEqual([0, 200, 303, 303, 400]);
    // An exchange may end after its caller has read the answer.
    const first = har.log.entries.find(({ request }) => request.method === 'POST');
    expect(first?.request).toMatchObject({
      postData: { text: '{"password":"[redacted]"}', comment: 'redacted' },
    });
    expect(first?.request.url).toMatch(new RegExp(`^${proxy.address}${ASSETS}\\?\\$top=2&sig=%5Bredacted%5D&x=`));
    expect(first?.response).toMatchObject({ content: { text: '{"echoed":"[redacted]"}' }, redirectURL: '/api/v1/x' });
    for (const { time, timings } of har.log.entries) {
      const sum = Object.values(timings).reduce((total, ms) => total + Math.max(0, ms), 0);
      expect(sum).toBeCloseTo(time, 0);
    }
    expect(JSON.stringify(har)).not.toContain(TOKEN);
  });

  test('exports exchanges that match the filter, and a valid empty HAR if none match', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin: { host: '127.0.0.1', port: 0 } });
    await call(proxy, ASSETS);
    await call(proxy, '/elsewhere');
    await proxy.exchange(1);
    const filtered = await exportFrom(proxy.admin, '?filter=status:404');
    expect(filtered.log.entries.map(({ request }) => request.url)).toEqual([`${proxy.address}/elsewhere`]);
    const none = await exportFrom(proxy.admin, '?filter=status:500');
    expect([validate(none), none.log.entries]).toEqual([[], []]);
    expect((await fetch(`${proxy.admin}/export.har?filter=x:y`)).status).toBe(400);
  });
});

test('an entry has a valid URL for any target', () => {
  const record = (target: string) =>
    ({
      facts: { target, method: 'GET', ms: 1, bytes: 0 },
      request: { fields: '' },
      answer: undefined,
    }) as unknown as ExchangeRecord;
  const options = { origin: 'http://127.0.0.1:6546', renderTime: () => '2026-01-01T00:00:00.000Z' };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (target) => {
      const entry = renderHarEntry(record(target), options);
      expect(validate({ log: { version: '1.2', creator: { name: 'x', version: '' }, entries: [entry] } })).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
