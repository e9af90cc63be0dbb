import { describe, expect, test } from 'vitest';
import { startTestSandbox } from '../support/sandbox.ts';
import type { ErrorBody } from '../support/proxy.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';
import type { PolicyText } from '../support/policy.ts';
import { parsePolicyText } from '../support/policy.ts';

const refusals: [string, string, PolicyText, string, string][] = [
  ['POST', '/user/tokens', {}, 'guarded: creating and revoking tokens', "MKIO_PROXY_POLICY_ALLOW='POST /user/tokens'"],
  [
    'PUT',
    '/projects/p/media/assets/a',
    { levels: ['read-only'] },
    'level read-only: what does not only read',
    "MKIO_PROXY_POLICY_ALLOW='PUT /projects/*/media/assets/*'",
  ],
  [
    'GET',
    '/projects/p/fleet/devices',
    { levels: ['media'] },
    'level media: what is not of media',
    "MKIO_PROXY_POLICY_ALLOW='GET /projects/*/fleet/devices'",
  ],
  [
    'DELETE',
    '/projects/p/media/assets/a',
    { file: { deny: ['DELETE **'] } },
    'policy file: deny DELETE **',
    "MKIO_PROXY_POLICY_ALLOW='DELETE /projects/*/media/assets/*'",
  ],
];

describe('a refused operation is answered 403 with rule and setting and is not forwarded:', () => {
  test.each(refusals)('%s %s under %j', async (method, path, text, rule, setting) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, policy: parsePolicyText(text) });

    const answer = await call(proxy, `/api/v1${path}`, { method });

    expect([answer.status, answer.headers['x-mkio-proxy-error']]).toEqual([403, 'OPERATION_REFUSED']);
    expect((JSON.parse(answer.text) as ErrorBody).error.extraDetail).toEqual({
      hint: `The operator of the proxy can allow it by ${setting}.`,
      rule,
      setting,
    });
    expect(upstream.seen).toEqual([]);
  });

  test.each(refusals)('%s %s passes with that setting', async (method, path, text, _, setting) => {
    const upstream = await startUpstream();
    const allow = [/'(.*)'/.exec(setting)?.[1] ?? ''];
    const proxy = await startTestProxy({ ...upstream, policy: parsePolicyText({ ...text, allow }) });

    expect((await call(proxy, `/api/v1${path}`, { method })).status).toBe(200);
  });
});

test('a minted token is in the answer to the caller but in no log line', async () => {
  const sandbox = await startTestSandbox();
  const token = { current: () => sandbox.token, held: [sandbox.token] };
  const policy = parsePolicyText({ allow: ['POST /user/tokens'] });
  const proxy = await startTestProxy({ origin: sandbox.origin, token, policy });
  const [{ metadata }] = (
    JSON.parse((await call(proxy, '/api/v1/user/organizations')).text) as { value: [{ metadata: { id: string } }] }
  ).value;

  const answer = await call(proxy, '/api/v1/user/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'restricted', organizationId: metadata.id }),
  });
  await proxy.exchange(1);
  await proxy.close();

  expect(answer.status).toBe(201);
  const minted = (JSON.parse(answer.text) as { metadata: { JWT: string } }).metadata.JWT;
  expect(minted).toMatch(/^eyJ/);
  expect(JSON.stringify(proxy.logged)).not.toContain(minted);
});
