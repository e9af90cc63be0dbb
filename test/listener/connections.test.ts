import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

test('one connection carries request after request', async () => {
  const upstream = await startUpstream((request, response) => response.end(request.url));
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);

  for (const path of ['/api/v1/1', '/elsewhere', '/api/v1/../x', '/api/v1/2']) caller.write(get(path));
  const answers = await caller.answers(4);

  expect(answers.map(({ status }) => status)).toEqual([200, 404, 400, 200]);
  expect([answers[0]?.body, answers[3]?.body]).toEqual(['/api/v1/1', '/api/v1/2']);
  expect(new Set(answers.map(({ field }) => field('x-request-id'))).size).toBe(4);
});

test('pipelined requests are answered in order', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);

  caller.write(get('/api/v1/first') + get('/api/v1/second'));
  const first = await upstream.next();
  const second = await upstream.next();
  second.response.end(`2: ${second.request.url}`);
  first.response.end(`1: ${first.request.url}`);

  const answers = await caller.answers(2);
  expect(answers.map(({ body }) => body)).toEqual(['1: /api/v1/first', '2: /api/v1/second']);
});

test('an upload with progress may take longer than MKIO_PROXY_HEADERS_TIMEOUT', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy({ ...upstream, upstream: { headersTimeoutMs: 100 } });
  const caller = await openRaw(proxy.port);

  caller.write('PUT /api/v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx');
  const { request, response } = await upstream.next();
  for (let i = 1; i < 10; i++) {
    // Together, the pauses exceed the limit.
    await new Promise((resolve) => setTimeout(resolve, 30));
    caller.write('x');
  }
  await once(request.resume(), 'end');
  response.end('done');

  const [answer] = await caller.answers(1);
  expect([answer?.status, answer?.body]).toEqual([200, 'done']);
});
