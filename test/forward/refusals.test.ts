import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { ERRORS } from '../../src/errors.ts';
import type { ErrorBody } from '../support/proxy.ts';
import { startTestProxy } from '../support/proxy.ts';
import { readAnswer, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const request = (line: string, ...lines: string[]) =>
  [`${line} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n');

const refusals: [ErrorCode, string, string][] = [
  ['TARGET_INVALID', 'a dot segment', request('GET /api/v1/../x', 'Host: localhost')],
  ['TARGET_INVALID', 'a space in the target', request('GET /api/v1/a b', 'Host: localhost')],
  ['TARGET_INVALID', 'a broken header', request('GET /api/v1/x', 'Host: localhost', 'no colon')],
  ['HOST_REFUSED', 'a foreign Host', request('GET /api/v1/x', 'Host: evil.example')],
  ['ORIGIN_REFUSED', 'a foreign page', request('GET /api/v1/x', 'Host: localhost', 'Origin: null')],
  ['OPERATION_REFUSED', 'minting', request('POST /api/v1/user/tokens', 'Host: localhost', 'Content-Length: 0')],
  ['NOT_FORWARDED', 'a path beside the prefixes', request('GET /elsewhere', 'Host: localhost')],
  ['METHOD_REFUSED', 'TRACE', request('TRACE /api/v1/x', 'Host: localhost')],
  ['METHOD_REFUSED', 'an unknown method', request('BREW /api/v1/x', 'Host: localhost')],
  ['METHOD_REFUSED', 'CONNECT', request('CONNECT localhost:80', 'Host: localhost:80')],
  [
    'UPGRADE_REFUSED',
    'a WebSocket',
    request('GET /api/v1/x', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'),
  ],
  [
    'HEADERS_TOO_LARGE',
    'a head of 20 KB',
    request('GET /api/v1/x', 'Host: localhost', `X-Long: ${'x'.repeat(20_000)}`),
  ],
  ['BODY_TOO_LARGE', 'too large a body', request('POST /api/v1/x', 'Host: localhost', 'Content-Length: 1001')],
];

describe('a refusal speaks the shape of MK.IO and says who spoke', () => {
  test.each(refusals)('%s for %s', async (code, _, bytes) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, listener: { maxBodyBytes: 1000 } });

    const answer = readAnswer(await sendRaw(proxy.port, bytes));

    const row = ERRORS[code];
    const status = 'status' in row ? row.status : undefined;
    const body = JSON.parse(answer.body) as ErrorBody;
    expect(answer.status).toBe(status);
    expect(answer.field('x-mkio-proxy-error')).toBe(code);
    expect(answer.field('proxy-status')).toBe(`mkio-proxy; error=${'proxyStatus' in row ? row.proxyStatus : ''}`);
    expect(answer.field('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.field('x-content-type-options')).toBe('nosniff');
    expect(answer.field('cache-control')).toBe('no-store');
    expect(body).toEqual({
      error: {
        code,
        detail: expect.stringMatching(/^[A-Z].*\.$/) as string,
        extraDetail: expect.objectContaining({ hint: expect.any(String) as string }) as unknown,
      },
      status,
      ref: answer.field('x-request-id'),
    });
    expect(await proxy.exchange()).toMatchObject({ id: body.ref, status, code, answeredBy: 'refusal' });
    expect(upstream.seen).toEqual([]);
  });
});
