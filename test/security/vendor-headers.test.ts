// The attack: a caller sends a header of MK.IO's or Microsoft's family that the server may obey: it names another user, a
// credential, a method or a URL. The proxy knows the harmless ones by name and forwards no other.
import { expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const VENDOR = [
  'x-mkio-impersonate',
  'x-mkio-pat',
  'x-mkio-user',
  'x-mkio-organization',
  'x-mkio-version',
  'x-ms-http-verb',
  'x-ms-url',
  'x-ms-effective-user',
  'x-ms-client-object-id',
  'x-ms-client-tenant-id',
  'x-ms-copy-source',
  'x-ms-blob-type',
  'x-ms-version-id',
  'x-ms-',
];

test.each(VENDOR)('%s is not sent upstream', async (name) => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);

  const { status } = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', `${name}: CANARY`);

  expect(status).toBe(200);
  expect(upstream.seen[0]?.rawHeaders).not.toContain('CANARY');
});

test('a preflight allows a page none of them', async () => {
  const proxy = await startTestProxy(await startUpstream());
  const headers = {
    origin: 'http://localhost:5173',
    'access-control-request-method': 'PUT',
    'access-control-request-headers': VENDOR.join(', '),
  };

  const answer = await call(proxy, '/api/v1/x', { method: 'OPTIONS', headers });

  expect(answer.status).toBe(204);
  expect(answer.headers).not.toHaveProperty('access-control-allow-headers');
});
