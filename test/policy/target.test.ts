import { describe, expect, test } from 'vitest';
import { askRaw } from '../support/raw.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const refused: [string, string][] = [
  ['a raw space', '/api/v1/a b'],
  ['a raw tab', '/api/v1/a\tb'],
  ['a raw NUL', '/api/v1/a\0b'],
  ['a raw control character', '/api/v1/a\x01b'],
  ['a raw DEL', '/api/v1/a\x7fb'],
  ['a bare CR', '/api/v1/a\rb'],
  ['a bare LF', '/api/v1/a\nb'],
  ['a raw backslash', '/api/v1/a\\b'],
  ['a raw backslash in the query', '/api/v1/a?b\\c'],
  ['a fragment', '/api/v1/a#b'],
  ['a fragment after the query', '/api/v1/a?b#c'],
  ['UTF-8 bytes', '/api/v1/caf\xc3\xa9'],
  ['a latin1 byte', '/api/v1/caf\xe9'],
  ['UTF-8 bytes in the query', '/api/v1/a?caf\xc3\xa9'],
  ['an encoded NUL', '/api/v1/a%00b'],
  ['an encoded CR', '/api/v1/a%0db'],
  ['an encoded CR in upper case', '/api/v1/a%0Db'],
  ['an encoded LF', '/api/v1/a%0ab'],
  ['an encoded NUL in the query', '/api/v1/a?b=%00'],
  ['an encoded CR and LF in the query', '/api/v1/a?b=%0D%0A'],
];

describe('a target with a character that URLs exclude is answered 400 TARGET_INVALID', () => {
  test.each(refused)('%s', async (_, target) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `GET ${target} HTTP/1.1`, 'Host: 127.0.0.1');

    expect(answer.status).toBe(400);
    expect(answer.field('x-mkio-proxy-error')).toBe('TARGET_INVALID');
    expect(upstream.seen).toEqual([]);
  });
});

const neitherPathNorUrl: [string, string][] = [
  ['the asterisk form', 'OPTIONS *'],
  ['the authority form', 'GET 127.0.0.1:80'],
  ['a URL of another scheme', 'GET ftp://127.0.0.1/api/v1/x'],
  ['a URL with user information', 'GET http://user:pass@127.0.0.1/api/v1/x'],
  ['a URL without a host', 'GET http:///api/v1/x'],
  ['a relative path', 'GET api/v1/x'],
];

describe('a target that is neither a path nor an http(s) URL is answered 400 TARGET_INVALID', () => {
  test.each(neitherPathNorUrl)('%s', async (_, line) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `${line} HTTP/1.1`, 'Host: 127.0.0.1');

    expect(answer.status).toBe(400);
    expect(answer.field('x-mkio-proxy-error')).toBe('TARGET_INVALID');
    expect(upstream.seen).toEqual([]);
  });
});
