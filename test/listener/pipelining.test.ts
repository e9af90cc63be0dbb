import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const GET = 'GET /api/v1/slow HTTP/1.1\r\nHost: localhost\r\n\r\n';
const CONNECT = 'CONNECT app.mk.io:443 HTTP/1.1\r\nHost: app.mk.io\r\n\r\n';

describe('on a connection with pipelined requests', () => {
  test('a broken request is answered after the earlier ones', async () => {
    const { upstream, proxy, caller } = await start(`${GET}GET /api/v1/a b HTTP/1.1\r\n\r\n`);
    const { response } = await upstream.next();
    response.setHeader('content-length', 2).end('ok');

    const answers = await caller.answers(2);
    expect(answers.map((answer) => answer.status)).toEqual([200, 400]);
    const lines = [await proxy.exchange(0), await proxy.exchange(1)];
    expect(lines).toContainEqual(expect.objectContaining({ method: 'GET', status: 200, ending: 'complete' }));
    expect(proxy.logged).toHaveLength(2);
  });

  test.each(['before its answer', 'within its answer'])(
    'a malformed body is never answered in place of an earlier request: %s',
    async (when) => {
      const { upstream, proxy, caller } = await start(GET);
      const { response } = await upstream.next();
      if (when === 'within its answer') {
        response.write('first');
        await caller.until('first');
      }
      caller.write('POST /api/v1/2 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n');
      await caller.ended;

      expect(caller.received()).not.toContain(' 400 ');
      expect(await proxy.exchange()).toMatchObject({ ending: 'cancelled' });
    },
  );

  test('an answer truncated before its turn ends the connection in its turn', async () => {
    const { upstream, proxy, caller } = await start(GET + GET);
    const [first, second] = [await upstream.next(), await upstream.next()];
    second.response.setHeader('content-length', 1000).write('begun');
    await new Promise((resolve) => setTimeout(resolve, 50));
    second.response.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.response.setHeader('content-length', 2).end('ok');
    await caller.ended;

    expect(caller.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok/);
    expect([await proxy.exchange(0), await proxy.exchange(1)]).toContainEqual(
      expect.objectContaining({ ending: 'truncated' }),
    );
  });

  test('CONNECT after a pending request cancels them all, and the proxy stays up', async () => {
    const { upstream, proxy, caller } = await start(GET);
    const { response } = await upstream.next();
    caller.write(CONNECT);
    await Promise.all([once(response, 'close'), caller.ended]);

    expect(await proxy.exchange()).toMatchObject({ method: 'GET', ending: 'cancelled' });
    expect((await call(proxy, '/elsewhere')).status).toBe(404);
    expect(await proxy.close({ drainTimeoutMs: 60_000 })).toEqual({ cut: 0 });
  });

  test('a disconnect of the caller cancels them all, even pending ones', async () => {
    const { upstream, proxy, caller } = await start(GET.repeat(3));
    const exchanges = [await upstream.next(), await upstream.next(), await upstream.next()];
    exchanges[1]?.response.write('a'.repeat(1_000_000));
    const closed = exchanges.map(({ response }) => once(response, 'close'));
    caller.leave();
    await Promise.all(closed);

    for (let i = 0; i < 3; i++) expect(await proxy.exchange(i)).toMatchObject({ ending: 'cancelled' });
  });

  test('a drain answers them all', async () => {
    const { upstream, proxy, caller } = await start(GET + GET);
    const exchanges = [await upstream.next(), await upstream.next()];
    const closing = proxy.close({ drainTimeoutMs: 60_000 });
    for (const { response } of exchanges) response.setHeader('content-length', 2).end('ok');

    expect((await caller.answers(2)).map((answer) => answer.status)).toEqual([200, 200]);
    expect(await closing).toEqual({ cut: 0 });
    expect(proxy.logged).toMatchObject([{ ending: 'complete' }, { ending: 'complete' }]);
  });
});

async function start(bytes: string) {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write(bytes);
  return { upstream, proxy, caller };
}
