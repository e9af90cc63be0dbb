import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Statusz } from '../../src/admin/statusz.ts';
import { createFolder } from '../support/folder.ts';
import { startUpstream } from '../support/upstream.ts';
import { startProgram } from '../support/program.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const READ = JSON.stringify({ allow: ['GET **'], otherwise: 'deny' });
const NOTHING = JSON.stringify({ deny: ['**'] });

async function startWithPolicy(env: (folder: string) => Readonly<Record<string, string>>) {
  const { origin } = await startUpstream();
  const folder = createFolder();
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('policy.json', READ);
  write('settings.json', '{}');
  const program = await startProgram({ MKIO_BASE_URL: origin, MKIO_TOKEN: OPAQUE_TOKEN, ...env(folder) }, folder);
  const ask = async (): Promise<number> => (await fetch(`${program.address}/api/v1/projects/p/media/assets`)).status;
  const hangUp = async (said: RegExp): Promise<string> => {
    program.child.kill('SIGHUP');
    return (await program.printed(said))[0];
  };
  return { program, write, ask, hangUp };
}

describe('SIGHUP', () => {
  test('reloads the policy file; if it is invalid, the current policy stays and the log reports it', async () => {
    const { write, ask, hangUp } = await startWithPolicy((folder) => ({
      MKIO_PROXY_POLICY: join(folder, 'policy.json'),
    }));
    expect(await ask()).toBe(200);

    write('policy.json', NOTHING);
    expect(await ask()).toBe(200);
    await hangUp(/"event":"policy","changed":true/);
    expect(await ask()).toBe(403);

    write('policy.json', '{"allow":');
    const line = await hangUp(/.*"event":"policy","code":"CONFIG_INVALID".*/);
    expect(line).toContain('is not valid JSON');
    expect(line).toContain('the old one stays');
    expect(await ask()).toBe(403);

    write('policy.json', READ);
    await hangUp(/"changed":true[^]*"changed":true/);
    expect(await ask()).toBe(200);
  });

  test('reloads the policy of the settings file with any keys, and /statusz and the log show it', async () => {
    const { program, write, hangUp } = await startWithPolicy((folder) => ({
      MKIO_PROXY_CONFIG: join(folder, 'settings.json'),
      MKIO_PROXY_HOST: '0.0.0.0',
      MKIO_PROXY_CALLER_KEY: 'a-key-of-sixteen-characters',
    }));
    write('settings.json', '{"policy":"open","projects":["mine"]}');
    await hangUp(/callers may do all that the token may/);

    const { policy, settings } = (await (await fetch(`${program.admin}/statusz`)).json()) as Statusz;
    expect(policy).toMatchObject({ name: 'open', projects: ['mine'] });
    expect(settings.MKIO_PROXY_POLICY?.value).toBe('open');
    expect(settings.MKIO_PROXY_CALLER_KEY?.value).toBe('set (27 characters)');
    expect(settings.MKIO_PROXY_HOST?.value).toBe('0.0.0.0');
  });

  test('does not hang if the policy file has become a pipe without a writer, even after several signals', async () => {
    let path = '';
    const { program, write, ask, hangUp } = await startWithPolicy((folder) => {
      path = join(folder, 'policy.json');
      return { MKIO_PROXY_POLICY: path };
    });
    rmSync(path);
    execFileSync('mkfifo', [path]);

    for (let more = 0; more < 5; more++) program.child.kill('SIGHUP');
    expect(await hangUp(/.*"event":"policy","code":"CONFIG_INVALID".*/)).toContain('cannot be read (ETIMEDOUT)');
    expect(await ask()).toBe(200);

    rmSync(path);
    write('policy.json', NOTHING);
    await hangUp(/"event":"policy","changed":true/);
    expect(program.stdout().match(/"code":"CONFIG_INVALID"/g)?.length).toBeLessThanOrEqual(2);
  });

  test('keeps the current policy if its .env is gone', async () => {
    let path = '';
    const { ask, hangUp } = await startWithPolicy((folder) => {
      path = join(folder, '.env');
      writeFileSync(path, 'MKIO_PROXY_PROJECTS=another');
      return {};
    });
    expect(await ask()).toBe(403);

    rmSync(path);

    expect(await hangUp(/.*"event":"policy",.*/)).toContain('.env (.env): the file cannot be read (ENOENT)');
    expect(await ask()).toBe(403);
  });

  test('keeps the current policy if a .env created after the start is gone', async () => {
    let path = '';
    const { write, ask, hangUp } = await startWithPolicy((folder) => {
      path = join(folder, '.env');
      return {};
    });
    write('.env', 'MKIO_PROXY_PROJECTS=another');
    await hangUp(/"event":"policy","changed":true/);
    expect(await ask()).toBe(403);

    rmSync(path);

    expect(await hangUp(/.*"event":"policy","code":.*/)).toContain('.env (.env): the file cannot be read (ENOENT)');
    expect(await ask()).toBe(403);
  });
});
