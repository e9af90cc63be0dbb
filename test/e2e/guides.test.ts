/** @module-tag curl */
import { describe, expect, test } from 'vitest';
import { runShell, startBoth } from '../support/program.ts';

interface List {
  readonly value: readonly { readonly name: string }[];
  readonly supplemental: { readonly kind: string; readonly pagination: { readonly total: number } };
}

// Copied from docs.mediakind.com/api-guides: authentication, first API call, tokens.
const LIST_ASSETS = String.raw`curl -X GET "$MKIO_BASE_URL/api/v1/projects/$MKIO_PROJECT/media/assets" \
  -H "Authorization: Bearer $MKIO_TOKEN" \
  -H "Accept: application/json"`;
const LIST_ASSETS_WITH_STATUS = LIST_ASSETS.replace('curl -X', 'curl -i -X');
const READ_ACCESS = String.raw`curl -X GET "$MKIO_BASE_URL/api/v1/user/rbac" \
  -H "Authorization: Bearer $MKIO_TOKEN"`;

describe("the commands of MK.IO's guides run unchanged with a placeholder token", () => {
  test('list assets', async () => {
    const { program, sandbox } = await startBoth();
    const list = JSON.parse(await runShell(LIST_ASSETS, guideEnv(program.address))) as List;
    expect(list.supplemental).toMatchObject({ kind: 'Asset', pagination: { total: 12 } });
    expect(list.value.map(({ name }) => name)).toContain('source video #1');
    expect(sandbox.requests.at(-1)?.headers.authorization).toBe(`Bearer ${sandbox.token}`);
  });

  test('list assets with the status line', async () => {
    const { program } = await startBoth();
    const answer = await runShell(LIST_ASSETS_WITH_STATUS, guideEnv(program.address));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('"value":[');
  });

  test('read your own access', async () => {
    const { program } = await startBoth();
    const access = JSON.parse(await runShell(READ_ACCESS, guideEnv(program.address))) as { rbac: object };
    expect(access.rbac).toHaveProperty(['core.project']);
  });
});

function guideEnv(address: string): Record<string, string> {
  return { MKIO_BASE_URL: address, MKIO_PROJECT: 'demo-project', MKIO_TOKEN: 'placeholder' };
}
