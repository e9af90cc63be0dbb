import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as ask } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findExchange, readExchange, readText } from '../support/exchanges.ts';
import { createFolder } from '../support/folder.ts';
import type { CallOptions, TestProxy, TestProxyOptions } from '../support/proxy.ts';
import { call, startTestProxy, TOKEN } from '../support/proxy.ts';
import { readSession, replay } from '../support/replay.ts';
import type { TestUpstream } from '../support/upstream.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };
const ASSET = '/api/v1/projects/demo/media/assets/a';
const KEY = 'a-key-of-sixteen';

interface Started {
  readonly proxy: TestProxy;
  readonly upstream: TestUpstream;
  /** Id of the first exchange. */
  readonly id: unknown;
  /** Bodies that reached the upstream. */
  readonly bodies: string[];
}

/** A proxy after this call. */
async function startWith(
  path: string,
  options: CallOptions = {},
  settings: Partial<TestProxyOptions> = {},
): Promise<Started> {
  const bodies: string[] = [];
  const upstream = await startUpstream((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('latin1'));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
    });
  });
  const proxy = await startTestProxy({ ...upstream, admin, ...settings });
  await call(proxy, path, options);
  const { id } = await proxy.exchange();
  return { proxy, upstream, id, bodies };
}

const json = (body: string): CallOptions => ({
  method: 'PUT',
  headers: { 'content-type': 'application/json', 'x-ms-useragent': 'kept', 'user-agent': 'a caller' },
  body,
});

describe('a replay', () => {
  test('sends the same request with the current token, as an exchange that names the original', async () => {
    const { proxy, upstream, id, bodies } = await startWith(`${ASSET}?a=%7e&b='`, json('{"a":"ü"}'));
    const { status, answer } = await replay(proxy, id);
    expect([status, answer.status]).toEqual([200, 200]);
    const [first, again] = upstream.seen;
    expect([again?.method, again?.url]).toEqual(['PUT', `${ASSET}?a=%7e&b='`]);
    expect(again?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'content-length': '10',
      'user-agent': 'a caller',
      'x-ms-useragent': 'kept',
    });
    expect(Object.keys(again?.headers ?? {}).sort()).toEqual(Object.keys(first?.headers ?? {}).sort());
    expect(bodies[1]).toBe(bodies[0]);
    const exchange = await findExchange(proxy, 1);
    expect(exchange).toMatchObject({ id: answer.exchange, replayOf: id, callerName: 'operator', status: 200 });
    expect(await proxy.exchange(1)).toMatchObject({ id: answer.exchange, replayOf: id });
    expect((await readExchange(proxy, id)).replayOf).toBeUndefined();
  });

  test('can be read as soon as its answer names it', async () => {
    const { proxy, id } = await startWith(ASSET);
    const { answer } = await replay(proxy, id);
    expect((await fetch(`${proxy.admin}/exchanges/${answer.exchange}`)).status).toBe(200);
    expect(await readText(proxy, answer.exchange, 'response')).toBe('{"ok":true}');
    const har = await (await fetch(`${proxy.admin}/export.har`)).text();
    expect(har).toContain(`"_replayOf":"${String(id)}"`);
  });

  test('takes another method, target, header and body', async () => {
    const { proxy, upstream, id, bodies } = await startWith(ASSET, json('{"a":1}'));
    const edits = { method: 'POST', target: '/api/v1/other?x=1', headers: [['x-ms-version', 'é']], body: '“two”' };
    const { answer } = await replay(proxy, id, edits);
    expect(answer.status).toBe(200);
    const [, again] = upstream.seen;
    expect([again?.method, again?.url, again?.headers['x-ms-version']]).toEqual(['POST', '/api/v1/other?x=1', 'é']);
    expect(again?.headers['content-type']).toBeUndefined();
    expect(Buffer.from(bodies[1] ?? '', 'latin1').toString()).toBe('“two”');
  });

  test('sends an empty body on request, and no body if there was none', async () => {
    const { proxy, upstream, id } = await startWith(ASSET, json('{"a":1}'));
    await replay(proxy, id, { body: '' });
    expect(upstream.seen[1]?.headers['content-length']).toBe('0');
    await call(proxy, ASSET);
    await replay(proxy, (await proxy.exchange(2)).id);
    expect(upstream.seen[3]?.headers['content-length']).toBeUndefined();
  });

  test('sends a compressed body decoded', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-md5': 'of gzip' };
    const { proxy, upstream, id, bodies } = await startWith(ASSET, {
      method: 'PUT',
      headers,
      body: gzipSync('{"a":1}'),
    });
    const { answer } = await replay(proxy, id);
    expect(bodies[1]).toBe('{"a":1}');
    expect(upstream.seen[1]?.headers['content-encoding']).toBeUndefined();
    expect(answer.leftOut).toEqual(expect.arrayContaining(['content-encoding', 'content-md5']));
  });

  test('leaves out and lists headers that are redacted or not forwarded', async () => {
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-ms-useragent': `see ${TOKEN}`, 'x-ms-date': '1' };
    const { proxy, upstream, id } = await startWith(ASSET, { headers });
    const { answer } = await replay(proxy, id);
    expect(answer.leftOut).toEqual(expect.arrayContaining(['authorization', 'cookie', 'x-ms-useragent', 'host']));
    expect(upstream.seen[1]?.headers).toMatchObject({ 'x-ms-date': '1', authorization: `Bearer ${TOKEN}` });
    expect(upstream.seen[1]?.headers['x-ms-useragent']).toBeUndefined();
  });

  test('works through a Unix socket', async () => {
    const path = join(createFolder(), 's');
    const upstream = await startUpstream();
    const listener = { socket: { path, mode: 0o600 } };
    const proxy = await startTestProxy({ ...upstream, listener, admin: { ...admin, key: KEY } });
    const authorization = { authorization: `Bearer ${KEY}` };
    const answer = await askSocket(path, ASSET);
    const session = await readSession(proxy, KEY);
    const told = await fetch(`${proxy.admin}/exchanges/${answer}/replay`, { method: 'POST', headers: session });
    expect(told.status).toBe(200);
    expect(upstream.seen).toHaveLength(2);
    expect((await fetch(`${proxy.admin}/exchanges/${answer}`, { headers: authorization })).status).toBe(200);
  });
});

async function askSocket(socketPath: string, path: string): Promise<string> {
  const sent = ask({ socketPath, path, headers: { host: 'localhost' } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'close');
  return String(response.headers['x-request-id']);
}

describe('a replay passes every check of a request:', () => {
  test('the policy refuses it to the operator too', async () => {
    const { proxy, upstream, id } = await startWith(ASSET, json('{}'));
    const { status, answer } = await replay(proxy, id, { method: 'POST', target: '/api/v1/user/tokens' });
    expect([status, answer.status]).toEqual([200, 403]);
    expect(await readExchange(proxy, answer.exchange)).toMatchObject({
      code: 'OPERATION_REFUSED',
      answeredBy: 'refusal',
      replayOf: id,
    });
    expect(upstream.seen).toHaveLength(1);
  });

  test('it counts against the limits', async () => {
    const { proxy, id } = await startWith(ASSET, {}, { access: { rateLimit: 2 } });
    const statuses: unknown[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await replay(proxy, id)).answer.status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  test('a failure of the upstream becomes its exchange', async () => {
    let asked = 0;
    const upstream = await startUpstream((request, response) => {
      if (asked++ === 0) response.end();
      else request.socket.destroy();
    });
    const proxy = await startTestProxy({ ...upstream, admin });
    await call(proxy, ASSET, json('{}'));
    const { answer } = await replay(proxy, (await proxy.exchange()).id);
    expect(answer.status).toBe(502);
    expect(await readExchange(proxy, answer.exchange)).toMatchObject({ code: 'UPSTREAM_RESET', answeredBy: 'failure' });
  });

  test('its caller is the operator if callers need a key', async () => {
    const access = { callerKey: 'another-key-of-16' };
    const settings = { access, admin: { ...admin, key: KEY } };
    const headers = { authorization: `Bearer ${access.callerKey}` };
    const { proxy, id } = await startWith(ASSET, { headers }, settings);
    const told = await fetch(`${proxy.admin}/exchanges/${String(id)}/replay`, {
      method: 'POST',
      headers: await readSession(proxy, KEY),
    });
    expect(await told.json()).toMatchObject({ status: 200 });
    expect(await proxy.exchange(1)).toMatchObject({ callerName: 'operator', replayOf: id });
  });

  test('a client that disconnects cancels it', async () => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy({ ...upstream, admin });
    const first = call(proxy, ASSET);
    (await upstream.next()).response.end();
    await first;
    const { id } = await proxy.exchange();
    const leaving = new AbortController();
    const headers = await readSession(proxy);
    const asked = fetch(`${proxy.admin}/exchanges/${String(id)}/replay`, {
      method: 'POST',
      headers,
      signal: leaving.signal,
    }).catch(() => undefined);
    const { request } = await upstream.next();
    const gone = once(request.socket, 'close');
    leaving.abort();
    await Promise.all([gone, asked]);
    expect(await proxy.exchange(1)).toMatchObject({ ending: 'cancelled', replayOf: id });
  });
});

describe('a replay is refused until missing parts are supplied:', () => {
  const SECRET = 'mkp_' + 'x'.repeat(43);
  const PUT = { method: 'PUT', headers: { 'content-type': 'application/json' } };
  test.each<[string, string, CallOptions, Partial<TestProxyOptions>, RegExp, string, object]>([
    ['a redacted body', ASSET, json(`{"password":"${SECRET}"}`), {}, /body was redacted/, 'body', { body: '{}' }],
    [
      'a truncated body',
      ASSET,
      json('{"a":"b"}'),
      { capture: { maxBodyBytes: 4 } },
      /body was cut/,
      'body',
      { body: '{}' },
    ],
    [
      'a body without capture',
      ASSET,
      json('{}'),
      { capture: { mode: 'headers' } },
      /not captured/,
      'body',
      { body: '' },
    ],
    [
      'a chunked body',
      ASSET,
      { ...PUT, headers: { 'transfer-encoding': 'chunked' }, body: '{}' },
      { capture: { mode: 'headers' } },
      /not captured/,
      'body',
      { body: '' },
    ],
    [
      'a binary body',
      ASSET,
      { method: 'PUT', headers: { 'content-type': 'image/png' }, body: 'x' },
      {},
      /no text/,
      'body',
      { body: '' },
    ],
    [
      'a body that is not UTF-8',
      ASSET,
      { ...PUT, body: Buffer.from([0x22, 0xe4, 0x22]) },
      {},
      /not all UTF-8/,
      'body',
      { body: '' },
    ],
    [
      'a body that was not read',
      '/api/v1/user/tokens',
      { ...PUT, body: '{"a":1}' },
      {},
      /body was not captured/,
      'body',
      { body: '', target: ASSET },
    ],
    ['a redacted target', `${ASSET}?sig=${SECRET}`, {}, {}, /target was redacted/, 'target', { target: ASSET }],
    [
      'a redacted target and body',
      `${ASSET}?sig=${SECRET}`,
      json(`{"token":"${SECRET}"}`),
      {},
      /target was redacted, the body was/,
      'target and body',
      { target: ASSET, body: '' },
    ],
  ])('%s', async (_, path, options, settings, reason, supply, edits) => {
    const { proxy, upstream, id } = await startWith(path, options, settings);
    const before = upstream.seen.length;
    const { status, answer } = await replay(proxy, id);
    expect([status, answer.error.code]).toEqual([409, 'REPLAY_INCOMPLETE']);
    expect(answer.error.detail).toMatch(reason);
    expect(answer.error.extraDetail.hint).toContain(supply);
    expect(upstream.seen).toHaveLength(before);
    expect((await replay(proxy, id, edits)).answer.status).toBe(200);
  });
});

test('the mask of a secret is never sent in its place', async () => {
  const { proxy, upstream, id } = await startWith(`${ASSET}?sig=s3cret`, json(`{"token":"s3cret","a":1}`), {});
  const before = upstream.seen.length;
  const shown = await (await fetch(`${proxy.admin}/exchanges/${String(id)}/body/request`)).text();
  expect(shown).toBe('{"token":"[redacted]","a":1}');
  const { status, answer } = await replay(proxy, id, { target: `${ASSET}?sig=[redacted]`, body: shown });
  expect([status, answer.error.code]).toEqual([409, 'REPLAY_INCOMPLETE']);
  expect(answer.error.detail).toMatch(/target was redacted, the body supplied holds \[redacted\] yet/);
  expect(upstream.seen).toHaveLength(before);
});

describe('wrong edits are refused and nothing is sent:', () => {
  test.each<[string, object | string, RegExp, Record<string, string>?]>([
    ['an unknown key', { path: '/' }, /it takes method, target, headers, confirm, body alone/],
    ['a method outside the API', { method: 'CONNECT' }, /method is none of GET/],
    ['a target that is not a path', { target: 'http://evil.example/api/v1' }, /target is no path/],
    ['a target that ends its line', { target: '/a HTTP/1.1\r\nHost: x' }, /target is no path/],
    [
      'a header value that ends its line',
      { headers: [['x-ms-version', 'a\r\nb: c']] },
      /headers.0.1 is no header value/,
    ],
    ['a header name that ends its line', { headers: [['x\r\nb', 'c']] }, /headers.0.0 is no header name/],
    ['headers as an object', { headers: { a: 'b' } }, /headers is of the wrong type/],
    ['a body that is not text', { body: {} }, /body is of the wrong type/],
    ['a body of more than 1 MiB', { body: 'x'.repeat(1_048_577) }, /body is longer than/],
    ['invalid JSON', '{', /no JSON/],
    ['a list', '[]', /it is of the wrong type/],
    ['another content type', '{"method":"DELETE"}', /not sent as application\/json/, { 'content-type': 'text/plain' }],
  ])('%s', async (_, edits, problem, headers) => {
    const { proxy, upstream, id } = await startWith(ASSET);
    const { status, answer } = await replay(proxy, id, edits, headers);
    expect([status, answer.error.code]).toEqual([400, 'REPLAY_INVALID']);
    expect(answer.error.detail).toMatch(problem);
    expect(upstream.seen).toHaveLength(1);
  });

  test('a hundred megabytes', async () => {
    const { proxy, id } = await startWith(ASSET);
    const told = await replay(proxy, id, 'x'.repeat(100_000_000)).catch(() => undefined);
    // The client may still be sending when the connection closes, and miss the answer.
    if (told !== undefined) expect([told.status, told.answer.error.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect((await replay(proxy, id)).status).toBe(200);
  });

  test('headers that the listener refuses as too large', async () => {
    const { proxy, id } = await startWith(ASSET);
    const headers = ['accept', 'baggage', 'prefer', 'user-agent', 'x-ms-version'].map((name) => [
      name,
      'x'.repeat(8000),
    ]);
    const { status, answer } = await replay(proxy, id, { headers });
    expect([status, answer.error.code]).toEqual([400, 'REPLAY_INVALID']);
    expect(answer.error.detail).toContain('431');
  });

  test('an unknown exchange', async () => {
    const { proxy } = await startWith(ASSET);
    expect(await replay(proxy, 'nothing')).toMatchObject({
      status: 404,
      answer: { error: { code: 'EXCHANGE_UNKNOWN' } },
    });
  });
});
