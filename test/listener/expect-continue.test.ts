import { describe, expect, test } from 'vitest';
import { ProxyError } from '../../src/errors.ts';
import { startTestProxy } from '../support/proxy.ts';
import { openRaw, readAnswer, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const ask = (target: string, { version = '1.1', length = 5, host = 'localhost', expectation = '100-continue' } = {}) =>
  `POST ${target} HTTP/${version}\r\nHost: ${host}\r\nContent-Length: ${length}\r\nExpect: ${expectation}\r\n` +
  'Connection: close\r\n\r\n';

describe('Expect: 100-continue', () => {
  test('gets 100 once the guards allow the request, then the answer', async () => {
    const upstream = await startUpstream((request, response) => void request.pipe(response));
    const proxy = await startTestProxy(upstream);
    const connection = await openRaw(proxy.port);

    connection.write(ask('/api/v1/x'));
    await connection.until('HTTP/1.1 100 Continue\r\n\r\n');
    connection.write('hello');
    await connection.ended;

    const answer = readAnswer(connection.received());
    expect([answer.status, answer.body]).toEqual([200, 'hello']);
  });

  test('is not sent upstream', async () => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    await sendRaw(proxy.port, `${ask('/api/v1/x')}hello`);

    expect(upstream.seen.map(({ headers }) => headers.expect)).toEqual([undefined]);
  });

  const refused: [string, string, number][] = [
    ['outside the prefixes', ask('/other'), 404],
    ['with a dot segment', ask('/api/v1/../x'), 400],
    ['with a foreign Host', ask('/api/v1/x', { host: 'evil.example' }), 403],
    ['of a refused operation', ask('/api/v1/user/tokens'), 403],
    ['with too large a body', ask('/api/v1/x', { length: 1001 }), 413],
  ];

  test.each(refused)('gets its final status and no 100 %s', async (_, request, status) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, listener: { maxBodyBytes: 1000 } });

    const received = await sendRaw(proxy.port, request);

    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(upstream.seen).toEqual([]);
  });

  test('gets its final status and no 100 without a token', async () => {
    const upstream = await startUpstream();
    const current = () => {
      throw new ProxyError('TOKEN_UNAVAILABLE', 'There is no token.');
    };
    const proxy = await startTestProxy({ ...upstream, token: { current } });

    const received = await sendRaw(proxy.port, ask('/api/v1/x'));

    expect(received).toMatch(/^HTTP\/1\.1 503 /);
    expect(upstream.seen).toEqual([]);
  });

  test('from an HTTP/1.0 caller is ignored (RFC 9110 §10.1.1)', async () => {
    const upstream = await startUpstream((request, response) => void request.pipe(response));
    const proxy = await startTestProxy(upstream);

    const received = await sendRaw(proxy.port, `${ask('/api/v1/x', { version: '1.0' })}hello`);

    expect(received).not.toContain(' 100 ');
    expect(readAnswer(received).body).toBe('hello');
  });
});

test("an unknown expectation is answered 417 in MK.IO's error shape", async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);

  const answer = readAnswer(await sendRaw(proxy.port, ask('/api/v1/x', { expectation: 'miracles' })));

  expect(answer.status).toBe(417);
  expect(answer.field('x-mkio-proxy-error')).toBeDefined();
  expect(JSON.parse(answer.body)).toMatchObject({ status: 417 });
  expect(upstream.seen).toEqual([]);
});
