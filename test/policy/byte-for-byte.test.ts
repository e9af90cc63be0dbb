import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const ASSETS = '/api/v1/projects/demo-project/media/assets';

const spellings: [string, string][] = [
  ['an encoded space', `${ASSETS}/source%20video`],
  ['an encoded "#"', `${ASSETS}/video%20%231`],
  ['an encoded "%"', `${ASSETS}/100%25`],
  ['an encoded "?"', `${ASSETS}/what%3f`],
  ['lower-case and upper-case escapes', `${ASSETS}/%c3%A9`],
  ['an unnecessary escape', `${ASSETS}/%61sset`],
  ['an invalid escape', `${ASSETS}/%zz%`],
  ['";" and its parameter', `${ASSETS};v=1/x;y`],
  ['","', `${ASSETS}/a,b`],
  ['"(" and ")"', `${ASSETS}('x')`],
  ['"@"', `${ASSETS}/a@b`],
  ['"$"', `${ASSETS}/$batch`],
  ['an apostrophe', `${ASSETS}/it's`],
  ['"+"', `${ASSETS}/a+b?q=a+b`],
  ['"!", "*", "~", "&", "=", ":" and "_"', `${ASSETS}/!*~&=:_`],
  ['characters that URLs should encode', `${ASSETS}/"<>^\`{|}?"<>^\`{|}`],
  ['an empty segment', `/api/v1//projects///x`],
  ['a trailing slash', `${ASSETS}/x/storage/`],
  ['two trailing slashes', `${ASSETS}//`],
  ['a repeated key', `${ASSETS}?$label_key=series&$label_key=region`],
  ['a second "="', `${ASSETS}?$label=studio=paravalley`],
  ['a second "?"', `${ASSETS}?a=b?c=d`],
  ['an empty query', `${ASSETS}?`],
  ['empty parameters', `${ASSETS}?&&a&=&b=`],
  ['an encoded "/" in the query', `${ASSETS}?%24filter=properties%2Fcreated`],
  ['a backslash escape in the query', `${ASSETS}?q=%5c`],
  ['dot segments in the query', `${ASSETS}?q=/../x&r=/%2e%2e/`],
  ['an invalid escape in the query', `${ASSETS}?q=%zz&r=%`],
  ['a name with dots inside', `${ASSETS}/a...b`],
];

// Requests of MK.IO's own guides and clients.
const guides: [string, string][] = [
  ['GET', `${ASSETS}?$filter=name%20eq%20'my-asset'`],
  ['GET', `${ASSETS}?%24filter=properties%2Fcreated+gt+2026-01-01T00%3A00%3A00Z`],
  ['GET', `${ASSETS}?$label_key=series&$label_key=region`],
  ['GET', `${ASSETS}?$label=studio=paravalley&$orderby=properties/created%20desc,name%20asc&$top=10`],
  ['GET', `${ASSETS}?$skiptoken=1000&$label=hasBeenMigrated!=true`],
  ['GET', `${ASSETS}/source%20video%20%231`],
  ['GET', `${ASSETS}/x/storage/`],
  ['POST', '/api/v1/projects/demo-project/media/streamingEndpoints/default/start'],
  ['POST', '/api/v1/projects/demo-project/media/streamingLocators/l1/listPaths'],
  ['DELETE', '/api/v1/projects/demo-project/fleet/devices/d1?$force=true&$reason=Other&$notes=moved%20to%20lab'],
];

describe('the upstream receives path and query byte for byte', () => {
  test.each(spellings)('with %s', async (_, path) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const { status } = await call(proxy, path);

    expect(status).toBe(200);
    expect(upstream.seen.map(({ url }) => url)).toEqual([path]);
  });

  test.each(guides)('as %s %s', async (method, path) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const { status } = await call(proxy, path, { method, headers: { 'content-type': 'application/json' } });

    expect(status).toBe(200);
    expect(upstream.seen.map((seen) => [seen.method, seen.url])).toEqual([[method, path]]);
  });
});
