// The attack: a foreign page sends a request that the proxy refuses, so that the operator repeats it by one key. Or it sends
// so many that the operator's own traffic is no longer kept.
import { expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { replay } from '../support/replay.ts';
import { startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };
const EVIL = { origin: 'https://evil.example' };

test('a refused page is named, and its request is repeated only if that is confirmed', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, admin });
  await call(proxy, '/api/v1/x', { method: 'DELETE', headers: EVIL });
  const { id } = await proxy.exchange();

  const { status, answer } = await replay(proxy, id);
  expect([status, answer.error.code]).toEqual([409, 'REPLAY_INCOMPLETE']);
  expect(answer.error.detail).toContain(
    'a page of https://evil.example sent it, and the proxy refused it (ORIGIN_REFUSED)',
  );
  expect(answer.error.extraDetail).toMatchObject({ supply: 'confirm' });
  expect(upstream.seen).toEqual([]);

  expect((await replay(proxy, id, { confirm: true })).status).toBe(200);
  expect(upstream.seen.map(({ method }) => method)).toEqual(['DELETE']);
});

test('strangers push out only each other', async () => {
  const proxy = await startTestProxy({ ...(await startUpstream()), admin });
  await call(proxy, '/api/v1/mine');
  const caller = await openRaw(proxy.port);
  caller.write('GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n'.repeat(1_100));
  await caller.answers(1_100);
  await proxy.exchange(1_100);

  const { exchanges } = (await (await fetch(`${proxy.admin}/exchanges?limit=1000`)).json()) as {
    exchanges: { target: string }[];
  };
  expect(exchanges[0]?.target).toBe('/api/v1/mine');
  expect(exchanges).toHaveLength(101);
});
