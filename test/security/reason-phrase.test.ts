// The attack: the reason phrase is free text, so an upstream can put a secret there, or bytes that a lenient client
// reads as another header. The proxy replaces it by the standard phrase for the status.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw, sendRaw } from '../support/raw.ts';
import { startAnswering } from '../support/upstream.ts';

const phrases: [string, string, string][] = [
  ['200 CANARY', 'OK', 'a word'],
  ['404 <script>CANARY</script>', 'Not Found', 'a script'],
  ['503 CANARY\tset-cookie: a=b', 'Service Unavailable', 'a tab and a header'],
  ['200 CANARY caf\xe9', 'OK', 'a latin1 byte'],
];

describe('the reason phrase of the upstream is replaced', () => {
  test.each(phrases)('%j by "%s" (%s)', async (line, reason) => {
    const { origin } = await startAnswering(`HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`);
    const proxy = await startTestProxy({ origin });

    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost');

    expect([answer.status, answer.reason]).toEqual([Number(line.slice(0, 3)), reason]);
  });

  test('also for a status without a standard phrase', async () => {
    const { origin } = await startAnswering('HTTP/1.1 299 CANARY\r\nContent-Length: 0\r\n\r\n');
    const proxy = await startTestProxy({ origin });

    const received = await sendRaw(
      proxy.port,
      'GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );

    expect(received).toMatch(/^HTTP\/1\.1 299 /);
    expect(received).not.toContain('CANARY');
  });
});
