import { expect, test } from 'vitest';
import type { ErrorBody } from '../support/proxy.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { openRaw, readAnswer } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const GET = 'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n';

test("a connection over the limit is answered 503 BUSY in MK.IO's error shape and closed", async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, listener: { maxConnections: 1 } });
  const first = await openRaw(proxy.port);
  first.write(GET);
  await first.answers(1);

  const second = await openRaw(proxy.port);
  second.write(GET);
  await second.ended;

  const answer = readAnswer(second.received());
  const { error, status, ref } = JSON.parse(answer.body) as ErrorBody;
  expect(answer.status).toBe(503);
  expect(answer.field('connection')).toBe('close');
  expect(answer.field('proxy-status')).toBe('mkio-proxy; error=connection_limit_reached');
  expect([error.code, status, ref]).toEqual(['BUSY', 503, answer.field('x-request-id')]);
  expect(error.code).toBe(answer.field('x-mkio-proxy-error'));
  expect(upstream.seen).toHaveLength(1);
});

test('a closed connection makes room for the next', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, listener: { maxConnections: 1 } });
  const first = await openRaw(proxy.port);
  first.write(GET);
  await first.answers(1);

  first.leave();

  await expect.poll(async () => (await call(proxy, '/api/v1/x')).status).toBe(200);
});
