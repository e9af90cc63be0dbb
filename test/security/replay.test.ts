// The attack: a page, a local user or a caller poses as the operator and replays an exchange.
// Or a replayed request tries to reach a path or host that no caller may reach.
import { expect, test } from 'vitest';
import { join } from 'node:path';
import { createFolder } from '../support/folder.ts';
import type { TestProxyOptions } from '../support/proxy.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { readSession, replay } from '../support/replay.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };
const ASSET = '/api/v1/projects/demo/media/assets/a';
const TICKET = 'x-mkio-proxy-replay';

const startWith = async (options: Partial<TestProxyOptions> = {}) => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, admin, ...options });
  await call(proxy, ASSET);
  const { id } = await proxy.exchange();
  return { proxy, upstream, id };
};

test('a page or program that cannot read the admin listener cannot replay', async () => {
  const { proxy, upstream, id } = await startWith();
  const session = await readSession(proxy);
  const attempts: Record<string, string>[] = [
    {},
    { 'x-mkio-proxy-session': 'x'.repeat(32) },
    { ...session, origin: 'http://localhost:5173' },
    { ...session, 'sec-fetch-site': 'cross-site' },
    { ...session, referer: 'http://evil.example/' },
  ];
  for (const headers of attempts) {
    const answer = await fetch(`${proxy.admin}/exchanges/${String(id)}/replay`, { method: 'POST', headers });
    expect(answer.status).toBe(403);
  }
  expect(upstream.seen).toHaveLength(1);
});

test('the replay header of a caller gives neither link nor rights, and is not sent upstream', async () => {
  const upstream = await startUpstream(BY_HAND);
  const access = { callerKey: 'a-key-of-sixteen' };
  const listener = { forwardHeaders: [TICKET] };
  const settings = { ...upstream, access, listener, admin: { ...admin, key: 'another-key-of-16' } };
  const proxy = await startTestProxy(settings);
  const authorization = `Bearer ${access.callerKey}`;
  const first = call(proxy, ASSET, { headers: { authorization } });
  (await upstream.next()).response.end();
  await first;
  const { id } = await proxy.exchange();
  // While a replay is running.
  const headers = await readSession(proxy, settings.admin.key);
  const running = fetch(`${proxy.admin}/exchanges/${String(id)}/replay`, { method: 'POST', headers });
  const own = await upstream.next();
  expect(own.request.headers[TICKET]).toBeUndefined();

  for (const ticket of [String(id), 'x'.repeat(32), '']) {
    expect((await call(proxy, ASSET, { headers: { [TICKET]: ticket } })).status).toBe(401);
  }
  const let_in = call(proxy, ASSET, { headers: { authorization, [TICKET]: String(id) } });
  const forwarded = await upstream.next();
  expect(forwarded.request.headers[TICKET]).toBeUndefined();
  forwarded.response.end();
  await let_in;
  own.response.end();
  await running;
  const told = await proxy.exchange(5);
  expect(proxy.logged.filter(({ replayOf }) => replayOf !== undefined)).toEqual([told]);
});

test('a ticket is stored nowhere', async () => {
  const { proxy, id } = await startWith();
  const { answer } = await replay(proxy, id);
  const detail = await (await fetch(`${proxy.admin}/exchanges/${answer.exchange}`)).text();
  expect(detail.toLowerCase()).not.toContain(TICKET);
});

test.each([
  ['a key keeps callers out', () => ({ access: { callerKey: 'a-key-of-sixteen' } })],
  [
    'the mode of a socket keeps callers out',
    () => ({ listener: { socket: { path: join(createFolder(), 's'), mode: 0o600 } } }),
  ],
])('without an admin key, the admin listener refuses replays if %s', async (_, settings) => {
  const { proxy, upstream, id } = await startGuarded(settings());
  const told = await replay(proxy, id);
  expect([told.status, told.answer.error.code]).toEqual([403, 'REPLAY_REFUSED']);
  expect(upstream.seen).toHaveLength(0);
});

/** A proxy with one exchange, a refusal, because no caller is let in. */
async function startGuarded(options: Partial<TestProxyOptions>) {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, admin, ...options });
  if (proxy.port === 0) return { proxy, upstream, id: 'any' };
  await call(proxy, ASSET);
  return { proxy, upstream, id: (await proxy.exchange()).id };
}

test('edited headers set no length, host or credentials', async () => {
  const { proxy, upstream, id } = await startWith();
  const headers = [
    ['Host', 'evil.example'],
    ['Content-Length', '0'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'keep-alive, authorization'],
    ['Authorization', 'Bearer mine'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Mkio-Proxy-Replay', 'x'],
    ['x-ms-date', '1'],
  ];
  const body = 'GET /api/v1/user/tokens HTTP/1.1\r\nHost: x\r\n\r\n';
  const { answer } = await replay(proxy, id, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  expect(answer.leftOut).toEqual(headers.slice(0, -1).map(([name = '']) => name.toLowerCase()));
  expect(upstream.seen).toHaveLength(2);
  const sent = upstream.seen[1]?.headers ?? {};
  expect(sent['content-length']).toBe(String(body.length));
  expect(sent['x-ms-date']).toBe('1');
  expect(sent['x-http-method-override']).toBeUndefined();
  expect(sent.authorization).not.toContain('mine');
});

test('a replay reaches neither the admin listener nor another host', async () => {
  const { proxy, upstream, id } = await startWith();
  const statuses: unknown[] = [];
  for (const target of [`/exchanges/${String(id)}/replay`, '//evil.example/api/v1', '/api/v1/../../token/reload']) {
    statuses.push((await replay(proxy, id, { method: 'POST', target })).answer.status);
  }
  expect(statuses).toEqual([404, 404, 400]);
  // A refused absolute-form target is refused again.
  await call(proxy, 'http://evil.example/api/v1/x');
  const refused = await proxy.exchange(4);
  expect(refused).toMatchObject({ target: 'http://evil.example/api/v1/x', code: 'HOST_REFUSED' });
  expect((await replay(proxy, refused.id, { confirm: true })).answer.status).toBe(403);
  expect(upstream.seen).toHaveLength(1);
});
