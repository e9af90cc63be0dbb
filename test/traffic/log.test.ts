import { describe, expect, test } from 'vitest';
import { TOKEN, call, startTestProxy } from '../support/proxy.ts';
import { sendRaw } from '../support/raw.ts';
import { startAnswering, startRawUpstream, startUpstream } from '../support/upstream.ts';

describe('each exchange is one log line', () => {
  test('an answer of the upstream', async () => {
    const upstream = await startUpstream((_, response) => response.writeHead(201).end('hello'));
    const proxy = await startTestProxy(upstream);

    const { headers } = await call(proxy, '/api/v1/x?y=1', { method: 'PUT' });

    expect(await proxy.exchange()).toMatchObject({
      event: 'exchange',
      id: headers['x-request-id'],
      caller: '127.0.0.1',
      method: 'PUT',
      target: '/api/v1/x?y=1',
      status: 201,
      answeredBy: 'upstream',
      ending: 'complete',
      bytes: 5,
      ms: expect.any(Number) as number,
    });
    expect(proxy.logged).toHaveLength(1);
  });

  test('a refusal', async () => {
    const proxy = await startTestProxy(await startUpstream());

    const { headers } = await call(proxy, '/elsewhere');

    expect(await proxy.exchange()).toMatchObject({
      id: headers['x-request-id'],
      method: 'GET',
      target: '/elsewhere',
      status: 404,
      answeredBy: 'refusal',
      code: 'NOT_FORWARDED',
      ending: 'complete',
    });
    expect(proxy.logged).toHaveLength(1);
  });

  test('a failure, with its cause', async () => {
    const { origin } = await startAnswering('nonsense');
    const proxy = await startTestProxy({ origin });

    await call(proxy, '/api/v1/x');

    const line = await proxy.exchange();
    expect(line).toMatchObject({ status: 502, answeredBy: 'failure', code: 'UPSTREAM_INVALID' });
    expect(line.cause).toMatchObject({ message: expect.any(String) as string });
    expect(proxy.logged).toHaveLength(1);
  });

  test('a failure whose cause quotes the request, without the token', async () => {
    const upstream = await startRawUpstream((socket, _, chunk) => socket.write(chunk));
    const proxy = await startTestProxy(upstream);

    await call(proxy, '/api/v1/x');

    expect(JSON.stringify(await proxy.exchange())).not.toContain(TOKEN);
    expect(upstream.received.join('')).toContain(TOKEN);
  });

  test('a request that is no HTTP, with the id that its answer carries', async () => {
    const proxy = await startTestProxy(await startUpstream());

    const received = await sendRaw(proxy.port, 'nonsense\r\n\r\n');

    const line = await proxy.exchange();
    expect(line).toMatchObject({ answeredBy: 'refusal' });
    expect(received).toContain(`x-request-id: ${String(line.id)}\r\n`);
    expect(proxy.logged).toHaveLength(1);
  });

  test('the ids of two differ', async () => {
    const proxy = await startTestProxy(await startUpstream());

    await call(proxy, '/api/v1/x');
    await call(proxy, '/api/v1/x');

    expect((await proxy.exchange(0)).id).not.toBe((await proxy.exchange(1)).id);
  });
});

const hiding: [string, string][] = [
  ['as it is', TOKEN],
  ['in base64', Buffer.from(`user:${TOKEN}`).toString('base64')],
  ['in base64url', Buffer.from(`x${TOKEN}`).toString('base64url')],
  ['URL-encoded', TOKEN.replaceAll('.', '%2E')],
];

describe('no log line holds the token', () => {
  test.each(hiding)('that a caller puts into a target, %s', async (_, text) => {
    const proxy = await startTestProxy(await startUpstream());

    await call(proxy, `/api/v1/x?t=${text}`);

    expect(JSON.stringify(await proxy.exchange())).not.toContain(text);
  });

  test.each(hiding)('that an upstream echoes in an answer that is no HTTP, %s', async (_, text) => {
    const { origin } = await startAnswering(`HTTP/1.1 200 OK\r\n${text}\r\n\r\n`);
    const proxy = await startTestProxy({ origin });

    await call(proxy, '/api/v1/x');

    expect(JSON.stringify(await proxy.exchange())).not.toContain(text);
  });

  test('that a caller sends in a request that is no HTTP', async () => {
    const proxy = await startTestProxy(await startUpstream());

    await sendRaw(proxy.port, `GET /api/v1/x HTTP/1.1\r\n${TOKEN}\r\n\r\n`);

    await proxy.exchange();
    expect(JSON.stringify(proxy.logged)).not.toContain(TOKEN);
  });
});

test('no log line holds the key of a caller or of the admin listener', async () => {
  const [callerKey, key] = ['caller-key-0123456789', 'admin-key-0123456789'];
  const admin = { host: '127.0.0.1', port: 0, key };
  const proxy = await startTestProxy({ ...(await startUpstream()), access: { callerKey }, admin });

  await call(proxy, `/api/v1/${callerKey}?x=${key}`);

  expect((await proxy.exchange()).target).toBe('/api/v1/[redacted]?x=[redacted]');
});

test('a log line masks values that look like secrets, and keeps others', async () => {
  const proxy = await startTestProxy(await startUpstream());

  await call(proxy, '/api/v1/x?$skiptoken=2&$label_key=series&sig=abc%3D');

  expect((await proxy.exchange()).target).toBe('/api/v1/x?$skiptoken=2&$label_key=series&sig=[redacted]');
});

test('a signed link reaches the caller as it is', async () => {
  const location = 'https://x.blob.core.windows.net/a?sv=1&sig=ab%2Fc%3D';
  const upstream = await startUpstream((_, response) => response.writeHead(303, { location }).end());
  const proxy = await startTestProxy(upstream);

  expect((await call(proxy, '/api/v1/x')).headers.location).toBe(location);
});
