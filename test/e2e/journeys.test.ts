import { describe, expect, test } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { startBoth, startProgram } from '../support/program.ts';
import { startTestSandbox } from '../support/sandbox.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

interface Page {
  readonly value: readonly { readonly name: string }[];
  readonly '@odata.nextLink'?: string;
}

const forms: [string, SandboxOptions][] = [
  ['root-relative', { nextLinks: 'relative' }],
  ['absolute', { nextLinks: 'absolute' }],
];

describe('a client of MK.IO works through the proxy', () => {
  test.each(forms)('all assets are listed by following %s nextLinks', async (_, options) => {
    const { program, sandbox } = await startBoth(options);
    const names: string[] = [];
    let next: string | undefined = `${program.address}/api/v1/projects/demo-project/media/assets?$top=5`;
    while (next !== undefined) {
      const page = (await (await fetch(next)).json()) as Page;
      names.push(...page.value.map(({ name }) => name));
      const link: string | undefined = page['@odata.nextLink'];
      next = link === undefined ? undefined : new URL(link, program.address).href;
      expect(next ?? program.address).toMatch(new RegExp(`^${program.address}`));
    }
    expect(new Set(names).size).toBe(12);
    expect(sandbox.requests.length).toBeGreaterThanOrEqual(3);
  });

  test('an asset is created, read and deleted', async () => {
    const { program } = await startBoth();
    const url = `${program.address}/api/v1/projects/demo-project/media/assets/${encodeURIComponent('my asset (1); #2')}`;
    const body = JSON.stringify({
      properties: { storageAccountName: 'primary-azure', container: 'new-asset', description: 'made by a test' },
      labels: { series: 'my-show' },
    });

    const created = await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
    expect(created.status).toBe(201);
    const read = await fetch(url);
    expect(await read.json()).toMatchObject({
      name: 'my asset (1); #2',
      properties: { description: 'made by a test' },
      labels: { series: 'my-show' },
    });
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204);
    const gone = await fetch(url);
    expect(gone.status).toBe(404);
    expect(gone.headers.has('x-mkio-proxy-error')).toBe(false);
  });

  test("MK.IO's rejection of the token is forwarded unchanged", async () => {
    const sandbox = await startTestSandbox();
    const program = await startProgram({ MKIO_BASE_URL: sandbox.origin, MKIO_TOKEN: OPAQUE_TOKEN });
    const answer = await fetch(`${program.address}/api/v1/user/profile`);
    expect(answer.status).toBe(401);
    expect(answer.headers.has('x-mkio-proxy-error')).toBe(false);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await answer.json()).toMatchObject({ error: { code: 'Unauthorized' }, status: 401 });
  });
});
