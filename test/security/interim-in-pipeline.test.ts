// The attack: several users share one pipelined connection, and an interim answer is sent out of turn, inside another
// answer. Its bytes then shift every later answer to the wrong request.

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const GET = 'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n';
const EXPECTING = 'POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody';
const LINK = { link: '</a.css>; rel=preload; as=style' };

describe('in a pipeline, an interim answer is sent only in the turn of its request:', () => {
  test('100 Continue before the final answer', async () => {
    const { first, second, caller } = await pipeline(GET + EXPECTING);
    await delay(20);
    expect(caller.received()).toBe('');
    first.response.setHeader('content-length', 3).end('one');
    await caller.until('HTTP/1.1 100 Continue');
    second.response.setHeader('content-length', 3).end('two');

    await caller.answers(2);
    expect(statusesOf(caller.received())).toEqual(['200', '100', '200']);
  });

  test('no 100 Continue once the final answer is known', async () => {
    const { first, second, caller } = await pipeline(GET + EXPECTING);
    second.response.setHeader('content-length', 3).end('two');
    await delay(50);
    first.response.setHeader('content-length', 3).end('one');

    expect((await caller.answers(2)).map(({ status }) => status)).toEqual([200, 200]);
    expect(caller.received()).toMatch(/one.*\r\n[^]*\r\n\r\ntwo$/);
    expect(statusesOf(caller.received())).toEqual(['200', '200']);
  });

  test('102 and 103 in their order, before the final answer', async () => {
    const { first, second, caller } = await pipeline(GET + GET);
    second.response.writeProcessing();
    second.response.writeEarlyHints(LINK);
    await delay(50);
    expect(caller.received()).toBe('');
    first.response.setHeader('content-length', 3).end('one');
    await caller.until('HTTP/1.1 103');
    second.response.setHeader('content-length', 3).end('two');

    await caller.answers(2);
    expect(statusesOf(caller.received())).toEqual(['200', '102', '103', '200']);
  });

  test('none within a body that is being sent', async () => {
    const { first, second, caller } = await pipeline(GET + GET);
    first.response.setHeader('content-length', 6).write('abc');
    await caller.until('abc');
    second.response.writeEarlyHints(LINK);
    await delay(50);
    first.response.end('two');
    second.response.setHeader('content-length', 5).end('three');

    await caller.until('three');
    expect(caller.received()).toContain('\r\n\r\nabctwoHTTP/1.1 ');
  });
});

/** Sends two requests in one write, and returns the upstream's exchange for each. */
async function pipeline(bytes: string) {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);
  caller.write(bytes);
  const [one, two] = [await upstream.next(), await upstream.next()];
  const [first, second] = one.request.method === 'POST' ? [two, one] : [one, two];
  return { first, second, caller };
}

const statusesOf = (received: string): string[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status);
