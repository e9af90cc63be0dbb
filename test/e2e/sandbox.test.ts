import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli, spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';

describe('mkio-proxy sandbox', () => {
  test('prints a token that it accepts, and exits with code 0 on a signal', async () => {
    const { ask, ended, stop } = await startSandboxProgram([]);
    expect((await ask('/api/v1/projects')).status).toBe(200);
    stop();
    expect((await ended).code).toBe(0);
  });

  test('--rate-limit answers 429 with Retry-After after this many requests', async () => {
    const { ask } = await startSandboxProgram(['--rate-limit', '1']);
    expect((await ask('/api/v1/projects')).status).toBe(200);
    const limited = await ask('/api/v1/projects');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '60']);
  });

  test('--next-links absolute returns links to its own origin', async () => {
    const { ask, origin } = await startSandboxProgram(['--next-links', 'absolute']);
    const list = (await (await ask('/api/v1/projects/demo-project/media/assets?$top=1')).json()) as object;
    expect(list).toHaveProperty(['@odata.nextLink'], expect.stringMatching(new RegExp(`^${origin}/api/v1/`)));
  });

  test.each([[['--rate-limit', 'many']], [['--next-links', 'odd']]])('%s exits with code 2', async (flags) => {
    expect((await runCli(['sandbox', ...flags], { cwd: createFolder() })).code).toBe(2);
  });
});

async function startSandboxProgram(flags: readonly string[]) {
  const running = spawnCli(['sandbox', '--port', '0', ...flags], { cwd: createFolder() });
  onTestFinished(() => void running.child.kill('SIGKILL'));
  const [, origin = ''] = await running.printed(/on (http:\S+?),/);
  const [, token = ''] = await running.printed(/MKIO_TOKEN=(\S+)/);
  const ask = (path: string) => fetch(origin + path, { headers: { authorization: `Bearer ${token}` } });
  return { origin, ask, ended: running.ended, stop: () => running.child.kill('SIGTERM') };
}
