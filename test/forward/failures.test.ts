import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/errors.ts';
import { readFailure } from '../../src/forward/failures.ts';
import type { Answer, ErrorBody, TestProxy } from '../support/proxy.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { createAuthority } from '../support/certificates.ts';
import {
  BY_HAND,
  listen,
  startAnswering,
  startRawUpstream,
  startTlsUpstream,
  startUpstream,
} from '../support/upstream.ts';

type Code = 'UPSTREAM_UNREACHABLE' | 'UPSTREAM_RESET' | 'UPSTREAM_INVALID' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_UNTRUSTED';

const httpsOf = (origin: string): string => origin.replace('http:', 'https:');
const answering = async (answer: string): Promise<string> => (await startAnswering(answer)).origin;

/** A fault of the upstream, the proxy's answer, and an origin with this fault. */
const failures: [string, Code, string, () => Promise<string>][] = [
  ['refuses the connection', 'UPSTREAM_UNREACHABLE', 'connection_refused', () => startClosedPort()],
  [
    'has no address',
    'UPSTREAM_UNREACHABLE',
    'dns_error',
    () => Promise.resolve('https://nonexistent.localhost.invalid'),
  ],
  ['never answers', 'UPSTREAM_TIMEOUT', 'http_response_timeout', async () => (await startUpstream(BY_HAND)).origin],
  [
    'stalls within its head',
    'UPSTREAM_TIMEOUT',
    'http_response_timeout',
    () => answering('HTTP/1.1 200 OK\r\nContent-Le'),
  ],
  [
    'closes the connection before it answers',
    'UPSTREAM_RESET',
    'connection_terminated',
    async () => (await startRawUpstream((socket) => socket.end())).origin,
  ],
  [
    'resets the connection before it answers',
    'UPSTREAM_RESET',
    'connection_terminated',
    async () => (await startRawUpstream((socket) => socket.resetAndDestroy())).origin,
  ],
  [
    'closes the connection within its head',
    'UPSTREAM_RESET',
    'connection_terminated',
    async () => (await startRawUpstream((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'))).origin,
  ],
  [
    'answers in an unrequested transfer coding',
    'UPSTREAM_INVALID',
    'http_response_transfer_coding',
    () => answering('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'),
  ],
  [
    'answers in another protocol',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('SSH-2.0-OpenSSH_9.6\r\n'),
  ],
  [
    'answers with a broken header',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 200 OK\r\nno colon here\r\n\r\n'),
  ],
  [
    'answers with a control character in a header',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 200 OK\r\nX-A: b\x01c\r\nContent-Length: 2\r\n\r\nok'),
  ],
  [
    'answers with a NUL in a header',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 2\r\n\r\nok'),
  ],
  [
    'answers with both Content-Length and chunks',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
  ],
  [
    'answers with two values of Content-Length',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
  ],
  [
    'answers with a head of 1 MB',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(1_000_000)}\r\n\r\n`),
  ],
  [
    'switches protocols',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
  ],
  [
    'answers 999',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'),
  ],
  [
    'answers 600',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n'),
  ],
  [
    'answers 099',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'),
  ],
  [
    'answers 000',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n'),
  ],
  [
    'speaks plain HTTP where TLS is expected',
    'UPSTREAM_INVALID',
    'tls_protocol_error',
    async () => httpsOf((await startUpstream()).origin),
  ],
  [
    'answers with a TLS alert',
    'UPSTREAM_INVALID',
    'http_protocol_error',
    () => answering('\x15\x03\x03\x00\x02\x02\x46'),
  ],
  [
    'closes the connection during the TLS handshake',
    'UPSTREAM_RESET',
    'connection_terminated',
    async () => httpsOf((await startRawUpstream((socket) => socket.end())).origin),
  ],
  [
    'presents an untrusted certificate',
    'UPSTREAM_UNTRUSTED',
    'tls_certificate_error',
    async () => (await startTlsUpstream(await createAuthority())).origin,
  ],
];

describe('an upstream that', () => {
  test.each(failures)('%s is answered %s (%s)', async (_, code, proxyStatus, start) => {
    const origin = await start();
    const proxy = await startTestProxy({ origin, upstream: { headersTimeoutMs: 200 } });

    const answer = await call(proxy, '/api/v1/x?secret=abc', { method: 'POST' });

    expect(answer.headers['x-mkio-proxy-error']).toBe(code);
    expect(answer.headers['proxy-status']).toBe(`mkio-proxy; error=${proxyStatus}`);
    expect(answer.status).toBe(ERRORS[code].status);
    await expectOwnShape(answer, proxy);
    expectSilence(answer, origin);
  });
});

describe('a failure that no test can cause', () => {
  const byCode: [string, Code, string][] = [
    ['EAI_AGAIN', 'UPSTREAM_UNREACHABLE', 'dns_error'],
    ['ENETUNREACH', 'UPSTREAM_UNREACHABLE', 'destination_ip_unroutable'],
    ['EHOSTUNREACH', 'UPSTREAM_UNREACHABLE', 'destination_ip_unroutable'],
    ['ETIMEDOUT', 'UPSTREAM_TIMEOUT', 'connection_timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'UPSTREAM_TIMEOUT', 'connection_timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'UPSTREAM_TIMEOUT', 'http_response_timeout'],
    ['EPIPE', 'UPSTREAM_RESET', 'connection_terminated'],
    ['CERT_HAS_EXPIRED', 'UPSTREAM_UNTRUSTED', 'tls_certificate_error'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'UPSTREAM_UNTRUSTED', 'tls_certificate_error'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'UPSTREAM_UNTRUSTED', 'tls_certificate_error'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'UPSTREAM_INVALID', 'tls_protocol_error'],
  ];

  test.each(byCode)('%s is answered %s (%s)', (code, expected, proxyStatus) => {
    const failure = readFailure(Object.assign(new Error('connect 10.0.0.1:443'), { code }));

    expect(failure).toMatchObject({ code: expected, proxyStatus });
    expect(failure.message).not.toContain('10.0.0.1');
  });

  test('a timed-out read is answered UPSTREAM_TIMEOUT', () => {
    expect(readFailure(new DOMException('10.0.0.1', 'TimeoutError'))).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
  });

  test('an unknown failure is answered 500 INTERNAL, with its cause only in the log', () => {
    const cause = new Error('what');

    expect(readFailure(cause)).toMatchObject({ code: 'INTERNAL', status: 500, message: 'The proxy failed.', cause });
  });
});

/** MK.IO's error shape, and the fields that name the sender. */
async function expectOwnShape({ status, headers, text }: Answer, proxy: TestProxy): Promise<void> {
  const { error, ...rest } = JSON.parse(text) as ErrorBody;
  expect(error.code).toBe(headers['x-mkio-proxy-error']);
  expect(error.detail).toMatch(/^[A-Z].*\.$/);
  expect(error.extraDetail.hint).toMatch(/^[A-Z].*\.$/);
  expect(rest).toEqual({ status, ref: headers['x-request-id'] });
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  const line = await proxy.exchange();
  expect(line).toMatchObject({ id: rest.ref, status, answeredBy: 'failure', code: error.code, ending: 'complete' });
}

/** Expects no host, port, stack or library text. */
function expectSilence({ rawHeaders, text }: Answer, origin: string): void {
  const { hostname, port } = new URL(origin);
  const said = `${rawHeaders.join('\n')}\n${text}`;
  const told = [
    hostname,
    `:${port || '80'}`,
    'node:',
    'undici',
    'UND_',
    'HPE_',
    'ECONN',
    'ENOT',
    'ERR_',
    '    at ',
    '.js',
    '.ts',
  ];
  for (const part of told) expect(said).not.toContain(part);
}

async function startClosedPort(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
