import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { ERRORS } from '../../src/errors.ts';
import { readExchange } from '../support/exchanges.ts';
import { readMetrics } from '../support/metrics.ts';
import type { ErrorBody } from '../support/proxy.ts';
import { startTestProxy, TOKEN } from '../support/proxy.ts';
import { readAnswer, sendRaw } from '../support/raw.ts';
import { replay } from '../support/replay.ts';
import { startUpstream } from '../support/upstream.ts';

const admin = { host: '127.0.0.1', port: 0 };
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

describe("a refusal has MK.IO's error shape and names the proxy as its sender", () => {
  test.each(refusals)('%s for %s', async (code, what, bytes) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, admin, listener: { maxBodyBytes: 1000 } });

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
    const { id, method, target, ending, response } = await readExchange(proxy, body.ref);
    expect([id, ending]).toEqual([body.ref, 'complete']);
    expect([method, target]).toEqual(wasRead(what) ? bytes.split(' ').slice(0, 2) : ['', '']);
    expect(response?.headers).toContainEqual(['x-mkio-proxy-error', code]);
    expect((await readMetrics(proxy.admin)).value('mkio_proxy_own_errors_total', { code })).toBe(1);
  });
});

const wasRead = (what: string): boolean =>
  !['a space in the target', 'a broken header', 'an unknown method', 'a head of 20 KB'].includes(what);

describe('bytes that are not a request', () => {
  const secrets = `Authorization: Bearer abcdefgh\r\nCookie: a=b\r\nX: ${TOKEN}`;
  test.each([
    ['a broken header line', `GET /api/v1/x?sig=abc HTTP/1.1\r\n${secrets}\r\nno colon\r\n\r\n`],
    ['too long a head', `GET /api/v1/x?sig=abc HTTP/1.1\r\n${secrets}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a tunnel', `CONNECT ${TOKEN}:80 HTTP/1.1\r\n${secrets}\r\n\r\n`],
    ['a broken body', `POST /api/v1/x?sig=abc HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${secrets}\r\n\r\n${TOKEN}`],
  ])('show no secret in the log or the capture: %s', async (_, bytes) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, admin });

    const answer = readAnswer(await sendRaw(proxy.port, bytes));

    const kept = await readExchange(proxy, answer.field('x-request-id'));
    for (const text of [JSON.stringify(kept), JSON.stringify(proxy.logged)])
      expect(text).not.toMatch(new RegExp(`${TOKEN}|abcdefgh|a=b|sig=abc`));
  });

  test('count as a finished exchange', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin });

    await sendRaw(proxy.port, 'nonsense\r\n\r\n');

    const labels = { operation: 'other', method: 'OTHER', status: '4xx', answered_by: 'refusal' };
    const { value } = await readMetrics(proxy.admin);
    expect(value('mkio_proxy_exchanges_total', labels)).toBe(1);
    expect(value('mkio_proxy_exchanges_in_flight', {})).toBe(0);
  });

  test('are one exchange with a target if only the body is malformed', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin });
    const head = 'POST /api/v1/x?sig=abc HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';

    const answer = readAnswer(await sendRaw(proxy.port, `${head}nonsense`));

    const kept = await readExchange(proxy, answer.field('x-request-id'));
    expect(kept).toMatchObject({ method: 'POST', target: '/api/v1/x?sig=[redacted]', status: 400, ending: 'complete' });
    expect((await readMetrics(proxy.admin)).value('mkio_proxy_exchanges_in_flight', {})).toBe(0);
    expect(proxy.logged.filter(({ event }) => event === 'exchange')).toHaveLength(1);
  });

  test('cannot be replayed, because part of the request was not read', async () => {
    const proxy = await startTestProxy({ ...(await startUpstream()), admin });
    const answer = readAnswer(await sendRaw(proxy.port, 'nonsense\r\n\r\n'));

    const refused = await replay(proxy, answer.field('x-request-id') ?? '');

    expect(refused.status).toBe(409);
    expect(refused.answer).toMatchObject({ error: { extraDetail: { supply: 'method,target' } } });
  });
});
