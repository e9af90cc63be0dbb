// The attack: Node accepts a request with two Host lines and shows only the first. The proxy would check one,
// and the upstream might use the other.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const requests: [string, string, string[]][] = [
  ['own, then foreign', '/api/v1/x', ['Host: localhost', 'Host: evil.example']],
  ['foreign, then own', '/api/v1/x', ['Host: evil.example', 'Host: localhost']],
  ['the same twice', '/api/v1/x', ['Host: localhost', 'Host: localhost']],
  ['in different case', '/api/v1/x', ['Host: localhost', 'hOST: localhost']],
  ['own, then empty', '/api/v1/x', ['Host: localhost', 'Host:']],
  [
    'own, then the same after other headers',
    '/api/v1/x',
    ['Host: localhost', 'Accept: */*', 'User-Agent: a', 'Host: localhost'],
  ],
  ['twice after an absolute-form target', 'http://localhost/api/v1/x', ['Host: localhost', 'Host: localhost']],
];

describe('two Host lines are answered 400 TARGET_INVALID', () => {
  test.each(requests)('%s', async (_, target, lines) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `GET ${target} HTTP/1.1`, ...lines);

    expect(answer.status).toBe(400);
    expect(answer.field('x-mkio-proxy-error')).toBe('TARGET_INVALID');
    expect(upstream.seen).toEqual([]);
  });
});
