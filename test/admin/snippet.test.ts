import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/admin/snippets/snippets.ts';
import { createFolder } from '../support/folder.ts';
import type { CallOptions, ErrorBody, TestProxy, TestProxyOptions } from '../support/proxy.ts';
import { call, startTestProxy, TOKEN } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };
const ASSET = '/api/v1/projects/demo/media/assets/a?x=1';
const KEY = 'a-key-of-sixteen';
const NAMES = Object.keys(LANGUAGES);
const run = promisify(execFile);

async function startWith(options: CallOptions = {}, settings: Partial<TestProxyOptions> = {}) {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, admin, ...settings });
  await call(proxy, ASSET, options);
  return { proxy, upstream, id: (await proxy.exchange()).id };
}

const read = async ({ admin: address }: Pick<TestProxy, 'admin'>, id: unknown, query: string) => {
  const answer = await fetch(`${address}/exchanges/${String(id)}/snippet?${query}`);
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};

const PUT = {
  method: 'PUT',
  headers: {
    authorization: `Bearer ${KEY}`,
    cookie: 'a=b',
    connection: 'keep-alive',
    'accept-encoding': 'gzip',
    'content-type': 'application/json',
    'x-ms-useragent': "it's",
  },
  body: '{"a":"$HOME"}',
};

describe('GET /exchanges/:id/snippet', () => {
  test('is a command that sends the same request through the proxy', { tags: 'curl' }, async () => {
    const { proxy, upstream, id } = await startWith(PUT);
    const { status, type, text } = await read(proxy, id, 'as=curl');
    expect([status, type]).toEqual([200, 'text/plain; charset=utf-8']);
    await run('sh', ['-c', text]);
    const [, again] = upstream.seen;
    expect(again).toMatchObject({ method: 'PUT', url: ASSET });
    expect(again?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'x-ms-useragent': "it's",
    });
  });

  test.each(NAMES)('of %s has no token and no header that the proxy drops or sets', async (name) => {
    const { proxy, id } = await startWith(PUT);
    for (const to of ['proxy', 'upstream']) {
      const { text } = await read(proxy, id, `as=${name}&to=${to}`);
      expect(text).toContain('x-ms-useragent');
      expect(text).not.toMatch(/cookie|host:|content-length|accept-encoding|connection|transfer-encoding/i);
      expect(text).not.toContain(TOKEN);
      expect(/authorization/i.test(text)).toBe(to === 'upstream');
      expect(text.includes('MKIO_TOKEN')).toBe(to === 'upstream');
    }
  });

  test('to MK.IO uses its origin', async () => {
    const { proxy, upstream, id } = await startWith();
    expect((await read(proxy, id, 'as=curl&to=upstream')).text).toContain(`'${upstream.origin}${ASSET}'`);
    expect((await read(proxy, id, 'as=curl')).text).toContain(`'${proxy.address}${ASSET}'`);
  });

  test('sends the caller key from the environment if one is required', { tags: 'curl' }, async () => {
    const { proxy, id } = await startWith(PUT, { access: { callerKey: KEY } });
    const { text } = await read(proxy, id, 'as=curl');
    await expect(
      run('sh', ['-c', text], { env: { ...process.env, MKIO_PROXY_CALLER_KEY: KEY } }),
    ).resolves.toMatchObject({
      stdout: '{"ok":true}',
    });
    expect(text).not.toContain(KEY);
  });

  test('addresses a proxy on every interface by a valid name', { tags: 'curl' }, async () => {
    const { proxy, id } = await startWith({}, { listener: { host: '0.0.0.0' } });
    const { text } = await read(proxy, id, 'as=curl');
    expect(text).toContain(`'http://localhost:${proxy.port}/`);
    expect((await run('sh', ['-c', text])).stdout).toBe('{"ok":true}');
  });

  test('uses a Unix socket with curl, and gives the alternatives for the others', { tags: 'curl' }, async () => {
    const path = join(createFolder(), "it's");
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, admin, listener: { socket: { path, mode: 0o600 } } });
    const sent = request({ socketPath: path, path: ASSET, headers: { host: 'localhost' } }).end();
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    response.resume();
    const { id } = await proxy.exchange();
    expect((await run('sh', ['-c', (await read(proxy, id, 'as=curl')).text])).stdout).toBe('{"ok":true}');
    const { status, text } = await read(proxy, id, 'as=fetch');
    expect([status, (JSON.parse(text) as ErrorBody).error.extraDetail.hint]).toEqual([
      400,
      'Take as=curl or to=upstream.',
    ]);
    expect((await read(proxy, id, 'as=fetch&to=upstream')).status).toBe(200);
  });

  test('notes parts that differ from the request', async () => {
    const { proxy, id } = await startWith({ ...PUT, body: '{"password":"x"}' });
    expect((await read(proxy, id, 'as=curl')).text).toMatch(/^# Not as it was: the body was redacted\.\n/);
  });

  test.each([
    ['', /as is none of curl, fetch, httpie, python/],
    ['as=perl', /as is none of/],
    ['as=curl&to=elsewhere', /to is none of proxy, upstream/],
    ['as=curl&token=x', /no such parameter/],
  ])('names the problem of "%s"', async (query, problem) => {
    const { proxy, id } = await startWith();
    const { status, text } = await read(proxy, id, query);
    expect([status, (JSON.parse(text) as ErrorBody).error.detail]).toEqual([400, expect.stringMatching(problem)]);
  });

  test('answers 404 for an unknown exchange', async () => {
    const { proxy } = await startWith();
    expect((await read(proxy, 'nothing', 'as=curl')).status).toBe(404);
  });
});
