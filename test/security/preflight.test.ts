// The attack: a foreign page asks by a preflight to send PUT, JSON or Authorization, or has the preflight itself
// forwarded with the token. Foreign pages get no CORS headers, and no preflight is sent upstream.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const STRANGER = 'Origin: https://evil.example';
const asked: [string, string[]][] = [
  ['PUT', ['Access-Control-Request-Method: PUT']],
  ['JSON', ['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: content-type']],
  ['a key', ['Access-Control-Request-Method: GET', 'Access-Control-Request-Headers: authorization']],
  ['the private network', ['Access-Control-Request-Method: GET', 'Access-Control-Request-Private-Network: true']],
  ['the local network', ['Access-Control-Request-Method: GET', 'Access-Control-Request-Local-Network: true']],
  ['nothing', []],
];

async function ask(...lines: string[]) {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  return { answer: await askRaw(proxy.port, 'OPTIONS /api/v1/x HTTP/1.1', ...lines), upstream };
}

describe('a preflight', () => {
  test.each(asked)('of a foreign page for %s is refused without CORS headers', async (_, lines) => {
    const { answer, upstream } = await ask('Host: localhost', STRANGER, ...lines);

    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(answer.lines.filter((line) => /^access-control-/i.test(line))).toEqual([]);
    expect(upstream.seen).toEqual([]);
  });

  test('for a rebound name is refused, with any Origin', async () => {
    const { answer, upstream } = await ask(
      'Host: evil.example',
      'Origin: http://localhost:5173',
      'Access-Control-Request-Method: PUT',
    );

    expect(answer.field('x-mkio-proxy-error')).toBe('HOST_REFUSED');
    expect(upstream.seen).toEqual([]);
  });

  test("of the operator's own page is answered by the proxy and allows no cookies", async () => {
    const { answer, upstream } = await ask(
      'Host: localhost',
      'Origin: http://localhost:5173',
      'Access-Control-Request-Method: PUT',
    );

    expect([answer.status, answer.field('access-control-allow-origin')]).toEqual([204, 'http://localhost:5173']);
    expect(answer.field('access-control-allow-credentials')).toBeUndefined();
    expect(upstream.seen).toEqual([]);
  });
});
