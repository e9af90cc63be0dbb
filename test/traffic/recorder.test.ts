import { createHash, randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findExchange, readExchange, readText } from '../support/exchanges.ts';
import type { TestProxyOptions } from '../support/proxy.ts';
import { call, startTestProxy, TOKEN } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startAnswering, startUpstream } from '../support/upstream.ts';

const ASSETS = '/api/v1/projects/demo/media/assets';
const JSON_TYPE = { 'content-type': 'application/json' };
const admin = { host: '127.0.0.1', port: 0 };
const start = (options: TestProxyOptions) => startTestProxy({ admin, ...options });
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

describe('What is kept of an exchange', () => {
  test('tells the operation, the times in their order, and the sizes', async () => {
    const upstream = await startUpstream((request, response) => {
      request.resume().on('end', () => response.writeHead(201, JSON_TYPE).end('{"name":"a"}'));
    });
    const proxy = await start(upstream);
    const before = Date.now();

    const { headers } = await call(proxy, `${ASSETS}/a?b=c`, { method: 'PUT', headers: JSON_TYPE, body: '{"x":1}' });

    const exchange = await readExchange(proxy, headers['x-request-id']);
    expect(exchange).toMatchObject({
      method: 'PUT',
      target: `${ASSETS}/a?b=c`,
      operation: 'media.assets.put',
      operationName: 'Create or replace an asset',
      project: 'demo',
      status: 201,
      answeredBy: 'upstream',
      ending: 'complete',
      requestBytes: 7,
      bytes: 12,
      request: { body: { bytes: 7, type: 'application/json', cut: false, redacted: false, kept: true } },
      response: { body: { bytes: 12, kept: true } },
    });
    const { connectedMs = -1, sentMs = -1, firstByteMs = -1, ms, receivedAtMs } = exchange;
    expect([0, connectedMs, sentMs, firstByteMs, ms].toSorted((a, b) => a - b)).toEqual([
      0,
      connectedMs,
      sentMs,
      firstByteMs,
      ms,
    ]);
    expect(Math.abs(receivedAtMs - before)).toBeLessThan(1_000);
    expect(await readText(proxy, exchange.id, 'request')).toBe('{"x":1}');
    expect(await readText(proxy, exchange.id, 'response')).toBe('{"name":"a"}');
  });

  test('tells no secret that the escapes of an error hide', async () => {
    const jwt = String.raw`\u0065yJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI5In0.s3cret`;
    const upstream = await startUpstream((_, response) => {
      response.writeHead(400, JSON_TYPE).end(`{"error":{"code":"${jwt}"},"ref":"a ${jwt}"}`);
    });
    const proxy = await start({ ...upstream, capture: { mode: 'headers' } });

    const { headers } = await call(proxy, ASSETS);

    const exchange = await readExchange(proxy, headers['x-request-id']);
    expect(exchange).toMatchObject({ upstreamCode: '[redacted]', ref: 'a [redacted]' });
  });

  test('shows the refused request and the refusal', async () => {
    const proxy = await start(await startUpstream());

    const { headers, text } = await call(proxy, '/api/v1/user/tokens', { method: 'POST' });

    const exchange = await readExchange(proxy, headers['x-request-id']);
    expect(exchange).toMatchObject({
      answeredBy: 'refusal',
      code: 'OPERATION_REFUSED',
      operation: 'management.user.tokens.create',
    });
    expect(exchange.response?.headers).toContainEqual(['x-mkio-proxy-error', 'OPERATION_REFUSED']);
    expect(await readText(proxy, exchange.id, 'response')).toBe(text);
  });

  test('tells of a failure and of a caller that left', async () => {
    const broken = await start(await startAnswering('nonsense'));
    await call(broken, ASSETS);
    expect(await findExchange(broken)).toMatchObject({ answeredBy: 'failure', code: 'UPSTREAM_INVALID' });

    const slow = await startUpstream(BY_HAND);
    const left = await start(slow);
    const caller = await openRaw(left.port);
    caller.write(`GET ${ASSETS} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await slow.next();
    caller.leave();
    const exchange = await findExchange(left);
    expect(exchange).toMatchObject({ ending: 'cancelled' });
    expect(exchange.status).toBeUndefined();
  });

  test.each(['off', 'headers', 'bodies'] as const)(
    "has MK.IO's own code and ref in the log with capture of %s",
    async (mode) => {
      const body = gzipSync('{"error":{"code":"NotFound","detail":"x"},"status":404,"ref":"a-ref"}');
      const upstream = await startUpstream((_, response) =>
        response.writeHead(404, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(body),
      );
      const proxy = await start({ ...upstream, capture: { mode } });
      await call(proxy, ASSETS);
      expect(await proxy.exchange()).toMatchObject({ upstreamCode: 'NotFound', ref: 'a-ref', bytes: body.length });
    },
  );

  test('is nothing with capture off, and all but bodies with capture of headers', async () => {
    const off = await start({ ...(await startUpstream()), capture: { mode: 'off' } });
    await call(off, ASSETS);
    await off.exchange();
    const list = (await (await fetch(`${off.admin}/exchanges`)).json()) as object;
    expect(list).toMatchObject({ capture: 'off', exchanges: [] });

    const failing = await startUpstream((_, response) => response.writeHead(404, JSON_TYPE).end('{"ref":"a-ref"}'));
    const headers = await start({ ...failing, capture: { mode: 'headers' } });
    await call(headers, ASSETS, { method: 'PUT', body: 'x' });
    const { id, ref, request, response } = await findExchange(headers);
    expect([ref, request.body, response?.body]).toEqual(['a-ref', undefined, undefined]);
    expect(response?.headers).toContainEqual(['content-type', 'application/json']);
    expect((await fetch(`${headers.admin}/exchanges/${id}/body/response`)).status).toBe(404);
  });
});

describe('A body is kept', () => {
  const CODED = {
    gzip: gzipSync,
    br: brotliCompressSync,
    deflate: deflateSync,
    'deflate ': deflateRawSync,
  } as const;

  test.each(Object.entries(CODED))('decoded, from %s', async (coding, encode) => {
    const body = encode(Buffer.from('{"a":"decoded"}'));
    const upstream = await startUpstream((_, response) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': coding.trim() }).end(body),
    );
    const proxy = await start(upstream);
    await call(proxy, ASSETS, { method: 'POST' });
    const { id, response } = await findExchange(proxy);
    expect(response?.body).toMatchObject({ bytes: body.length, cut: false, kept: true });
    expect(await readText(proxy, id, 'response')).toBe('{"a":"decoded"}');
  });

  test('up to the cap however far it decodes, and hashed as it travelled', async () => {
    const body = gzipSync('a '.repeat(5_000_000));
    const upstream = await startUpstream((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end(body),
    );
    const proxy = await start({ ...upstream, capture: { maxBodyBytes: 1_000 } });
    await call(proxy, ASSETS);
    const { id, response } = await findExchange(proxy);
    expect(response?.body).toMatchObject({ bytes: body.length, cut: true, sha256: sha256(body) });
    expect(await readText(proxy, id, 'response')).toBe('a '.repeat(500));
  });

  test('from the memory that forwarding gives back, up to the cap, both ways', async () => {
    const sent = randomBytes(200_000).toString('hex').replaceAll('0', ' ');
    const upstream = await startUpstream((request, response) => {
      request.pipe(response.writeHead(200, { 'content-type': 'text/plain' }));
    });
    const proxy = await start({ ...upstream, capture: { maxBodyBytes: 100_000 } });
    const { text } = await call(proxy, ASSETS, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: sent,
    });
    expect(sha256(text)).toBe(sha256(sent));
    const { id, request, response } = await findExchange(proxy);
    for (const body of [request.body, response?.body]) {
      expect(body).toMatchObject({ bytes: sent.length, cut: true, sha256: sha256(sent) });
    }
    for (const side of ['request', 'response'] as const) {
      const kept = await readText(proxy, id, side);
      expect(sent.startsWith(kept)).toBe(true);
      expect(kept.length).toBeGreaterThan(99_000);
    }
  });

  const OTHERS = [
    ['an image', { 'content-type': 'image/png' }, randomBytes(50)],
    ['what has no type', {}, Buffer.from('text')],
    ['text in another charset', { 'content-type': 'text/plain; charset=utf-16le' }, Buffer.from('漢字', 'utf16le')],
    ['binary data under the name of text', { 'content-type': 'text/plain' }, Buffer.from('te\0xt')],
    ['what does not decode', { ...JSON_TYPE, 'content-encoding': 'gzip' }, Buffer.from('{}')],
  ] as const;

  test.each(OTHERS)('not of %s: it is counted and hashed', async (_, headers, body) => {
    const upstream = await startUpstream((_request, response) => response.writeHead(200, headers).end(body));
    const proxy = await start(upstream);
    await call(proxy, ASSETS, { method: 'POST' });
    const { response } = await findExchange(proxy);
    expect(response?.body).toMatchObject({ bytes: body.length, kept: false, sha256: sha256(body) });
  });

  test('not of a request in a coding that nobody knows: it is counted and hashed', async () => {
    const proxy = await start(await startUpstream());
    const headers = { ...JSON_TYPE, 'content-encoding': 'zstd' };
    await call(proxy, ASSETS, { method: 'POST', headers, body: '{}' });
    const { request } = await findExchange(proxy);
    expect(request.body).toMatchObject({ bytes: 2, kept: false, sha256: sha256(Buffer.from('{}')) });
  });

  test('without secrets, and says so', async () => {
    const upstream = await startUpstream((_, response) => {
      response
        .writeHead(200, { ...JSON_TYPE, 'x-ms-token': 'abc' })
        .end(`{"a":"b","clientSecret":"s3cret","t":"${TOKEN}"}`);
    });
    const proxy = await start(upstream);
    const headers = { ...JSON_TYPE, authorization: 'Basic abc', cookie: 'a=b' };
    await call(proxy, `${ASSETS}?sig=abc`, { method: 'POST', headers, body: '{"password":"s3cret"}' });
    const { id, target, request, response } = await findExchange(proxy);
    expect(target).toBe(`${ASSETS}?sig=[redacted]`);
    expect(request.headers).toContainEqual(['authorization', '[redacted]']);
    expect(request.headers).toContainEqual(['cookie', '[redacted]']);
    expect(response?.headers).toContainEqual(['x-ms-token', '[redacted]']);
    expect([request.body?.redacted, response?.body?.redacted]).toEqual([true, true]);
    expect(await readText(proxy, id, 'request')).toBe('{"password":"[redacted]"}');
    expect(await readText(proxy, id, 'response')).toBe('{"a":"b","clientSecret":"[redacted]","t":"[redacted]"}');
  });

  test('without the beginning of a secret that the upstream truncated', async () => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 9_999 });
      response.write(`said ${TOKEN.slice(0, 300)}`, () => response.destroy());
    });
    const proxy = await start(upstream);
    await call(proxy, ASSETS).catch(() => undefined);
    const { id, ending, response } = await findExchange(proxy);
    expect([ending, response?.body?.cut]).toEqual(['truncated', true]);
    expect(await readText(proxy, id, 'response')).toBe('said ');
  });
});

test('What is kept stays within its count and its bytes', async () => {
  const upstream = await startUpstream((_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end('a '.repeat(5_000)),
  );
  const counted = await start({ ...upstream, capture: { maxExchanges: 2 } });
  const measured = await start({ ...upstream, capture: { maxBytes: 40_000 } });
  for (const proxy of [counted, measured]) {
    for (let i = 0; i < 5; i++) await call(proxy, `${ASSETS}/${i}`);
    await proxy.exchange(4);
  }
  const targetsOf = async (address: string | undefined): Promise<[string[], number]> => {
    const list = (await (await fetch(`${address}/exchanges`)).json()) as {
      exchanges: { target: string }[];
      missed: number;
    };
    return [list.exchanges.map(({ target }) => target), list.missed];
  };
  expect(await targetsOf(counted.admin)).toEqual([[`${ASSETS}/3`, `${ASSETS}/4`], 3]);
  const [kept, missed] = await targetsOf(measured.admin);
  // The third finds room where its length is not beyond that of the first, whose place it takes.
  expect(kept.slice(-2)).toEqual([`${ASSETS}/3`, `${ASSETS}/4`]);
  expect([kept.length + missed, kept.length <= 3]).toEqual([5, true]);
});
