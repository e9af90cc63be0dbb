import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { createGzip } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

// Long timeouts: within the test, only a disconnect can end a call.
const PATIENT = { headersTimeoutMs: 60_000, idleTimeoutMs: 60_000 };
const GET = 'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n';
const PUT = 'PUT /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n';
const CHUNKED_POST = 'POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('if the caller disconnects, the upstream call is cancelled at once', () => {
  test('before the answer has started', async () => {
    const { upstream, proxy, caller } = await start(GET);
    const { request, response } = await upstream.next();

    caller.leave();
    await once(response, 'close');

    expect(request.destroyed).toBe(true);
    expect(await proxy.exchange()).toMatchObject({ caller: '127.0.0.1', ending: 'cancelled' });
  });

  test('during the download', async () => {
    const { upstream, proxy, caller } = await start(GET);
    const { response } = await upstream.next();
    response.write('first');
    await caller.until('first');

    caller.leave();
    await once(response, 'close');

    expect(response.writableFinished).toBe(false);
    expect(await proxy.exchange()).toMatchObject({ status: 200, answeredBy: 'upstream', ending: 'cancelled' });
  });

  test('during a download that is waiting for the caller to read', async () => {
    const { upstream, proxy, caller } = await start(GET);
    const { response } = await upstream.next();
    caller.socket.pause();
    const block = randomBytes(1024 * 1024);
    while (response.write(block)) await new Promise(setImmediate);

    caller.leave();
    await once(response, 'close');

    expect(await proxy.exchange()).toMatchObject({ caller: '127.0.0.1', ending: 'cancelled' });
  });

  test('during a list in gzip', async () => {
    const { upstream, proxy, caller } = await start(GET);
    const { response } = await upstream.next();
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    gzip.write('{"value":["first"');
    gzip.flush();
    await caller.until('first');

    caller.leave();
    await once(response, 'close');

    expect(await proxy.exchange()).toMatchObject({ caller: '127.0.0.1', ending: 'cancelled' });
  });

  test.each([
    ['the upload', `${PUT}first`],
    ['a chunked upload', `${CHUNKED_POST}5\r\nfirst\r\n`],
  ])('within %s', async (_, bytes) => {
    const { upstream, proxy, caller } = await start(bytes);
    const { request, response } = await upstream.next();
    await once(request, 'data');

    caller.leave();
    await once(response, 'close');

    expect(request.complete).toBe(false);
    expect(await proxy.exchange()).toMatchObject({ caller: '127.0.0.1', ending: 'cancelled' });
  });
});

test('the upstream call of another caller continues', async () => {
  const { upstream, proxy, caller } = await start(GET);
  const leaving = await upstream.next();
  const other = await openRaw(proxy.port);
  other.write(GET);
  const staying = await upstream.next();

  caller.leave();
  await once(leaving.response, 'close');
  staying.response.end('still here');

  await other.until('still here');
});

async function start(request: string) {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, upstream: PATIENT });
  const caller = await openRaw(proxy.port);
  caller.write(request);
  return { upstream, proxy, caller };
}
