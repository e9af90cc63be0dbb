// The attack: a caller confined to one project asks for another project, in an encoding that the upstream understands
// and the proxy does not. A path is forwarded only if it is inside the project under every decoding.
import { describe, expect, test } from 'vitest';
import type { ErrorBody } from '../support/proxy.ts';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const escapes = [
  '/api/v1/projects/theirs/media/assets',
  '/api/v1/projects/theirs',
  '/api/v1/projects/Mine/media/assets',
  '/api/v1/projects//theirs/media/assets',
  '/api/v1/projects/mine;/../theirs/media/assets',
  '/api/v1/projects/mine%3b/media/assets',
  '/api/v1/projects/mine%3f/media/assets',
  '/api/v1/projects/mine%20/media/assets',
  '/api/v1/projects/mine%2%65%2%65/theirs',
  '/api/v1/projects/mine/%2%65%2%65/theirs',
  '/api/v1/projects/%6dine%00/media/assets',
  '/api/v1/projects;mine/theirs',
  '/api/v1/projects/;/mine/media/assets',
  '/api/v1/organization',
  '/api/v1/organization/tokens',
  '/api/v1/user/rbac',
  '/api/v1/locations',
];

describe('a caller confined to one project cannot leave it by', () => {
  test.each(escapes)('GET %s', async (path) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy({ ...upstream, policy: { projects: ['mine'] } });

    const answer = await askRaw(proxy.port, `GET ${path} HTTP/1.1`, 'Host: localhost');

    expect(['PROJECT_REFUSED', 'OPERATION_REFUSED', 'TARGET_INVALID']).toContain(answer.field('x-mkio-proxy-error'));
    expect(upstream.seen).toEqual([]);
  });
});

test.each([
  '/api/v1/projects/mine/media/assets',
  '/api/v1/projects/%6dine/media/assets/a%20b;c',
  '/api/v1/projects',
  '/api/v1/user/profile',
])('GET %s is forwarded', async (path) => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, policy: { projects: ['mine'] } });

  await askRaw(proxy.port, `GET ${path} HTTP/1.1`, 'Host: localhost');

  expect(upstream.seen.map(({ url }) => url)).toEqual([path]);
});

test('the refusal names the rule and the setting, not the projects', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, policy: { projects: ['mine'] } });

  const answer = await askRaw(proxy.port, 'GET /api/v1/projects/theirs HTTP/1.1', 'Host: localhost');

  expect(answer.status).toBe(403);
  expect((JSON.parse(answer.body) as ErrorBody).error).toEqual({
    code: 'PROJECT_REFUSED',
    detail: 'The policy of this proxy refuses what lies outside the projects of MKIO_PROXY_PROJECTS.',
    extraDetail: {
      hint: 'The operator of the proxy can allow it by MKIO_PROXY_PROJECTS.',
      rule: 'MKIO_PROXY_PROJECTS',
      setting: 'MKIO_PROXY_PROJECTS',
    },
  });
});
