// The attack: a caller may use the token but not see it. It asks MK.IO for a new token, or revokes the operator's.
// The proxy refuses every encoding that an upstream could read as that path.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const minting: [string, string][] = [
  ['POST', '/api/v1/user/tokens'],
  ['POST', '/api/v1/user/tokens?x=1'],
  ['POST', '/api/v1/user/tokens/'],
  ['POST', '/api/v1/user//tokens'],
  ['POST', '/api/v1//user/tokens'],
  ['POST', '/api/v1/User/Tokens'],
  ['POST', '/api/v1/user/tokens;x=1'],
  ['POST', '/api/v1/user;a/tokens'],
  ['POST', '/api/v1/user/%74okens'],
  ['POST', '/api/v1/user/%2574okens'],
  ['POST', '/api/v1/%75%73%65%72/tokens'],
  ['POST', '/api/v1/user/tokens%3bx'],
  ['POST', '/api/v1/user/tokens%3fx'],
  ['POST', '/api/v1/user/tokens%23x'],
  ['POST', '/api/v1/user/tokens//'],
  ['POST', '/api/v1/;/user/;/tokens/;'],
  ['POST', '/api/v1/user/%54%4F%4B%45%4E%53'],
  ['POST', '/api/v1/user/to%E2%84%AAens'],
  ['POST', '/api/v1/user/%c1%b4okens'],
  ['POST', '/api/v1/user/%u0074okens'],
  ['POST', '/api/v1/user/%%37%34okens'],
  ['POST', '/api/v1/user%2%66tokens'],
  ['POST', '/api/v1/x/%2%65%2%65/user/tokens'],
  ['POST', '/api/v1/user/%25252525252574okens'],
  ['OPTIONS', '/auth/token'],
  ['GET', '/auth/token/'],
  ['GET', '/auth//;x/Token'],
  ['PUT', '/api/v1/user/tokens/1'],
  ['PATCH', '/api/v1/user/tokens/1'],
  ['DELETE', '/api/v1/user/tokens'],
  ['DELETE', '/api/v1/user/tokens/1'],
  ['DELETE', '/api/v1/organization/tokens/1'],
];

describe('a token operation is answered 403 OPERATION_REFUSED', () => {
  test.each(minting)('%s %s', async (method, path) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, listener: { prefixes: ['/api/v1', '/auth'] } });

    const answer = await askRaw(proxy.port, `${method} ${path} HTTP/1.1`, 'Host: localhost', 'Content-Length: 0');

    expect(answer.status).toBe(403);
    expect(answer.field('x-mkio-proxy-error')).toBe('OPERATION_REFUSED');
    expect(upstream.seen).toEqual([]);
  });
});

test('the list of tokens, which contains no secrets, is forwarded', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);

  const answer = await askRaw(proxy.port, 'GET /api/v1/user/tokens HTTP/1.1', 'Host: localhost');

  expect(answer.status).toBe(200);
});

test.each([
  'X-HTTP-Method-Override',
  'X-HTTP-Method',
  'X-Method-Override',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-MS-Method-Override',
  'X-MS-HTTP-Verb',
  'X-MS-URL',
  'X-Forwarded-URI',
  'X-Mkio-Original-Path',
])('%s is not sent upstream with a GET, even if a setting forwards it', async (name) => {
  const upstream = await startUpstream();
  const listener = { forwardHeaders: [name.toLowerCase()] };
  const proxy = await startTestProxy({ ...upstream, listener });

  await askRaw(proxy.port, 'GET /api/v1/user/tokens HTTP/1.1', 'Host: localhost', `${name}: POST`);

  expect(upstream.seen.map(({ headers }) => headers[name.toLowerCase()])).toEqual([undefined]);
});
