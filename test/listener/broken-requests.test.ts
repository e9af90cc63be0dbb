import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const HEAD = 'POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';

describe('a body with a malformed chunk', () => {
  test('before the answer has started is answered 400, and the upstream call is cancelled', async () => {
    const { upstream, proxy, caller } = await start();
    const { response } = await upstream.next();

    caller.write('zz\r\n');
    await once(response, 'close');
    await caller.ended;

    const [, id] = /^HTTP\/1\.1 400 [^]*x-request-id: (\S+)/.exec(caller.received()) ?? [];
    expect(id).toBeDefined();
    expect(proxy.logged).toContainEqual(expect.objectContaining({ id, status: 400, code: 'TARGET_INVALID' }));
  });

  test('during the answer ends the connection without writing into the answer', async () => {
    const { upstream, caller } = await start();
    const { response } = await upstream.next();
    response.write('begun');
    await caller.until('begun');

    caller.write('zz\r\n');
    await once(response, 'close');
    await caller.ended;

    expect(caller.received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(caller.received()).not.toMatch(/0\r\n\r\n$/);
  });
});

test('a half-close within the body counts as a disconnect, not as a refusal', async () => {
  const { upstream, proxy, caller } = await start();
  const { response } = await upstream.next();

  caller.socket.end();
  await once(response, 'close');

  expect(await proxy.exchange()).toMatchObject({ method: 'POST', ending: 'cancelled' });
});

async function start() {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write(HEAD);
  return { upstream, proxy, caller };
}
