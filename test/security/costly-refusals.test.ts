// The attack: a foreign page opens many connections and sends long targets whose redaction is slow. Refusals that the
// proxy computes for strangers must not delay the calls of others.
import { expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const LONG = 'eyJ'.repeat(4_000);

test.each([
  ['a foreign origin', ['Host: localhost', 'Origin: https://evil.example'], 'ORIGIN_REFUSED'],
  ['a foreign host', ['Host: evil.example'], 'HOST_REFUSED'],
  ['no caller key', ['Host: localhost', `X-Long: ${'eyJ'.repeat(500)}`], 'CALLER_UNAUTHENTICATED'],
])('of %s, only the beginning of the target and the fields is kept', async (_, lines, code) => {
  const admin = { host: '127.0.0.1', port: 0 };
  const proxy = await startTestProxy({ ...(await startUpstream()), admin, access: { callerKey: 'a-key-of-sixteen' } });

  const answer = await askRaw(proxy.port, `GET /api/v1/x?a=1&b=${LONG} HTTP/1.1`, ...lines);

  expect(answer.field('x-mkio-proxy-error')).toBe(code);
  expect(await proxy.exchange()).toMatchObject({ code, target: '/api/v1/x?[redacted]' });
  const { exchanges } = (await (await fetch(`${proxy.admin}/exchanges`)).json()) as { exchanges: { id: string }[] };
  const detail = await (await fetch(`${proxy.admin}/exchanges/${exchanges[0]?.id}`)).text();
  expect(detail.length).toBeLessThan(4_000);
});

test('the target of an allowed caller is kept whole', async () => {
  const proxy = await startTestProxy(await startUpstream());
  const target = `/api/v1/x?a=${'b'.repeat(5_000)}`;
  await askRaw(proxy.port, `GET ${target} HTTP/1.1`, 'Host: localhost');
  expect(await proxy.exchange()).toMatchObject({ target });
});
