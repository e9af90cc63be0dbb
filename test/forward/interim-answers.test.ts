import { describe, expect, test } from 'vitest';
import { TOKEN, call, startTestProxy } from '../support/proxy.ts';
import { sendRaw } from '../support/raw.ts';
import { startAnswering } from '../support/upstream.ts';

const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n';

describe('an interim answer from the upstream', () => {
  test('103 is relayed with its Link', async () => {
    const { origin } = await startAnswering(HINTS + FINAL);
    const proxy = await startTestProxy({ origin });

    const answer = await call(proxy, '/api/v1/x');

    expect(answer.interim).toMatchObject([{ status: 103, headers: { link: '</a.css>; rel=preload; as=style' } }]);
    expect(answer.text).toBe('ok');
  });

  test('102 is relayed', async () => {
    const { origin } = await startAnswering(`HTTP/1.1 102 Processing\r\n\r\n${FINAL}`);
    const proxy = await startTestProxy({ origin });

    const answer = await call(proxy, '/api/v1/x');

    expect(answer.interim).toMatchObject([{ status: 102 }]);
    expect(answer.text).toBe('ok');
  });

  test('several are relayed in order', async () => {
    const { origin } = await startAnswering(HINTS + HINTS + FINAL);
    const proxy = await startTestProxy({ origin });

    const answer = await call(proxy, '/api/v1/x');

    expect(answer.interim).toHaveLength(2);
    expect(answer.text).toBe('ok');
  });

  test('the final answer is intact after a 103 without Link and an unknown 1xx', async () => {
    const { origin } = await startAnswering(`HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n${FINAL}`);
    const proxy = await startTestProxy({ origin });

    const answer = await call(proxy, '/api/v1/x');

    expect([answer.status, answer.text]).toEqual([200, 'ok']);
  });

  const odd = ['</a.css>; rel=preload, </b.css>; rel=preload', '</a.css>; rel="preload stylesheet"', 'nonsense'];

  test.each(odd)('the final answer is intact after a 103 with the Link %s', async (link) => {
    const { origin } = await startAnswering(`HTTP/1.1 103 Early Hints\r\nLink: ${link}\r\n\r\n${FINAL}`);
    const proxy = await startTestProxy({ origin });

    const answer = await call(proxy, '/api/v1/x');

    expect([answer.status, answer.text]).toEqual([200, 'ok']);
  });

  const uncalled: [string, number][] = [
    ['an unrequested 100', 1],
    ['two of them', 2],
  ];

  test.each(uncalled)('%s is ignored, and the connection is reused', async (_, count) => {
    const upstream = await startAnswering('HTTP/1.1 100 Continue\r\n\r\n'.repeat(count) + FINAL);
    const proxy = await startTestProxy(upstream);

    for (let i = 0; i < 2; i++) {
      const answer = await call(proxy, '/api/v1/x');

      expect([answer.status, answer.text, answer.interim]).toEqual([200, 'ok', []]);
    }
    expect(upstream.received).toHaveLength(1);
  });

  test('a hundred are ignored; an endless series is answered 502 UPSTREAM_INVALID', async () => {
    for (const [count, status] of [
      [100, 200],
      [101, 502],
    ] as const) {
      const { origin } = await startAnswering('HTTP/1.1 102 Processing\r\n\r\n'.repeat(count) + FINAL);
      const proxy = await startTestProxy({ origin });

      expect((await call(proxy, '/api/v1/x')).status).toBe(status);
    }
  });

  test('is never sent to an HTTP/1.0 caller', async () => {
    const { origin } = await startAnswering(`HTTP/1.1 102 Processing\r\n\r\n${HINTS}${FINAL}`);
    const proxy = await startTestProxy({ origin });

    const received = await sendRaw(proxy.port, 'GET /api/v1/x HTTP/1.0\r\nHost: localhost\r\n\r\n');

    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test('contains no token', async () => {
    const { origin } = await startAnswering(`HTTP/1.1 103 Early Hints\r\nLink: </${TOKEN}>; rel=next\r\n\r\n${FINAL}`);
    const proxy = await startTestProxy({ origin });

    const received = await sendRaw(
      proxy.port,
      'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );

    expect(received).toMatch(/ok$/);
    expect(received).not.toContain(TOKEN);
  });
});
