import { describe, expect, test } from 'vitest';
import type { ErrorBody, TestProxy, TestProxyOptions } from '../support/proxy.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };

interface List {
  readonly exchanges: readonly { readonly target: string; readonly id: string; readonly cursor: string }[];
  readonly next: string;
  readonly more: boolean;
}

/** A proxy after requests for these paths, one after another. */
async function startWith(paths: readonly string[], options: Partial<TestProxyOptions> = {}): Promise<TestProxy> {
  const upstream = await startUpstream((request, response) => {
    response.writeHead(request.url?.includes('missing') === true ? 404 : 200, { 'content-type': 'text/html' });
    response.end('<script>alert(1)</script>');
  });
  const proxy = await startTestProxy({ ...upstream, admin, ...options });
  for (const path of paths) await call(proxy, `/api/v1/${path}`);
  if (paths.length > 0) await proxy.exchange(paths.length - 1);
  return proxy;
}

const list = async (proxy: TestProxy, query = ''): Promise<List> =>
  (await (await fetch(`${proxy.admin}/exchanges${query}`)).json()) as List;
const targetsOf = ({ exchanges }: List): string[] => exchanges.map(({ target }) => target.replace('/api/v1/', ''));

describe('GET /exchanges', () => {
  test('returns pages, oldest first, without repeats and gaps when exchanges end in between', async () => {
    const proxy = await startWith(['a', 'b', 'c']);
    const first = await list(proxy, '?limit=2');
    await call(proxy, '/api/v1/d');
    await proxy.exchange(3);
    const second = await list(proxy, `?limit=2&after=${first.next}`);
    const third = await list(proxy, `?after=${second.next}`);
    expect([first, second, third].map(targetsOf)).toEqual([['a', 'b'], ['c', 'd'], []]);
    expect([first.more, second.more]).toEqual([true, false]);
  });

  test('continues after any exchange, and starts over with a cursor of an earlier process', async () => {
    const proxy = await startWith(['a', 'b']);
    const [first] = (await list(proxy)).exchanges;
    expect(targetsOf(await list(proxy, `?after=${first?.cursor}`))).toEqual(['b']);
    expect(targetsOf(await list(proxy, '?after=earlier.7'))).toEqual(['a', 'b']);
  });

  test('returns exchanges that match the filter', async () => {
    const proxy = await startWith(['a', 'missing', 'b']);
    expect(targetsOf(await list(proxy, `?filter=${encodeURIComponent('status:4xx -path:/b')}`))).toEqual(['missing']);
  });

  test.each([
    ['filter=state:4xx', /no field "state".*at character 1/],
    ['after=x', /after is no cursor/],
    ['limit=0', /limit is no number from 1 to 1000/],
    ['limit=1e3', /limit is no number/],
    ['limit=1&limit=2', /limit stands more than once/],
    ['fliter=x', /no such parameter/],
  ])('names the problem of %s', async (query, problem) => {
    const proxy = await startWith([]);
    const answer = await fetch(`${proxy.admin}/exchanges?${query}`);
    const { error } = (await answer.json()) as ErrorBody;
    expect([answer.status, error.code]).toEqual([400, 'QUERY_INVALID']);
    expect(error.detail).toMatch(problem);
  });
});

describe('GET /exchanges/:id', () => {
  test.each(['nothing', 'x'.repeat(500), '%zz', '..%2f..'])('answers 404 for the unknown id %s', async (id) => {
    const proxy = await startWith([]);
    const answer = await askRaw(
      Number(new URL(proxy.admin ?? '').port),
      `GET /exchanges/${id} HTTP/1.1`,
      'Host: localhost',
    );
    expect([400, 404]).toContain(answer.status);
    expect(answer.field('x-mkio-proxy-error')).toBeDefined();
    expect(answer.body).not.toContain(id);
  });

  test('returns a body as text that runs and loads nothing', async () => {
    const proxy = await startWith(['a']);
    const { id } = (await list(proxy)).exchanges[0] ?? {};
    const { headers, text } = await readWhole(`${proxy.admin}/exchanges/${id}/body/response`);
    expect(text).toBe('<script>alert(1)</script>');
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*sandbox/) as string,
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

async function readWhole(url: string): Promise<{ headers: Record<string, string>; text: string }> {
  const answer = await fetch(url);
  return { headers: Object.fromEntries(answer.headers), text: await answer.text() };
}

describe('DELETE /exchanges', () => {
  const forget = async ({ admin: address }: TestProxy, headers: Record<string, string>): Promise<Response> =>
    await fetch(`${address}/exchanges`, { method: 'DELETE', headers });
  const readSession = async ({ admin: address }: TestProxy): Promise<Record<string, string>> => {
    const { header, value } = (await (await fetch(`${address}/session`)).json()) as { header: string; value: string };
    return { [header]: value };
  };

  test('deletes all exchanges with the session of this process', async () => {
    const proxy = await startWith(['a']);
    expect((await forget(proxy, await readSession(proxy))).status).toBe(204);
    expect(targetsOf(await list(proxy))).toEqual([]);
  });

  test('deletes nothing without a session, with a wrong one, with that of another process, or for another page', async () => {
    const proxy = await startWith(['a']);
    const session = await readSession(proxy);
    const refused = [
      await forget(proxy, {}),
      await forget(proxy, { 'x-mkio-proxy-session': 'x'.repeat(32) }),
      await forget(proxy, await readSession(await startWith([]))),
      await forget(proxy, { ...session, origin: 'http://localhost:5173' }),
    ];
    expect(refused.map(({ headers }) => headers.get('x-mkio-proxy-error'))).toEqual([
      ...Array.from({ length: 3 }, () => 'SESSION_REQUIRED'),
      'ORIGIN_REFUSED',
    ]);
    expect(targetsOf(await list(proxy))).toEqual(['a']);
  });
});

const READS = [
  '/exchanges',
  '/exchanges/x',
  '/exchanges/x/body/request',
  '/exchanges/x/body/response',
  '/session',
  '/events',
];

describe.each(READS)('GET %s', (path) => {
  test.each([
    { origin: 'http://localhost:5173' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { referer: 'http://localhost:5173/' },
    { host: 'evil.example' },
  ])('refuses a page of another origin: %o', async (fields) => {
    const proxy = await startWith([]);
    const lines = Object.entries({ host: 'localhost', ...fields }).map(([name, value]) => `${name}: ${value}`);
    const answer = await askRaw(Number(new URL(proxy.admin ?? '').port), `GET ${path} HTTP/1.1`, ...lines);
    expect(answer.status).toBe(403);
    expect(answer.fields('access-control-allow-origin')).toEqual([]);
  });

  test('requires the admin key if one is set', async () => {
    const proxy = await startWith([], { admin: { ...admin, key: 'a-key-of-sixteen' } });
    expect((await fetch(`${proxy.admin}${path}`)).status).toBe(401);
  });
});
