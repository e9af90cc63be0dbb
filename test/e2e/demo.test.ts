import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunningCli } from '../support/cli.ts';
import { spawnCli, runCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { runShell } from '../support/program.ts';

// The demo must not call the real MK.IO, even with its settings in the environment.
const STRAY = { MKIO_TOKEN: 'a-real-token', MKIO_BASE_URL: 'https://app.mk.io', MKIO_TOKEN_FILE: '/nowhere' };

describe('mkio-proxy demo', () => {
  test('--once makes three calls, prints their answers and exits with code 0', async () => {
    const { code, stdout, stderr } = await runCli(['demo', '--once', '--port', '0', '--admin-port', '0'], {
      cwd: createFolder(),
      env: STRAY,
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.match(/^\$ curl /gm)).toHaveLength(3);
    expect(stdout.match(/^200$/gm)).toHaveLength(3);
    expect(stdout).toContain('"name": "source video #1"');
  });

  test('stays up until Ctrl-C, and its three curl lines work as printed', { tags: 'curl' }, async () => {
    const demo = startDemo(['--port', '0', '--admin-port', '0']);
    await demo.printed(/Ctrl-C/);
    const lines = demo.stdout().match(/^ *curl .*$/gm) ?? [];
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(await runShell(`${line.replace('curl', 'curl -sf')} && echo worked`)).toMatch(/worked$/m);
    demo.child.kill('SIGINT');
    expect((await demo.ended).code).toBe(0);
  });

  test('uses a free port if the default port is taken', async () => {
    const first = startDemo([]);
    await first.printed(/Ctrl-C/);
    const second = startDemo([]);
    await second.printed(/Ctrl-C/);
    const [one, two] = [first, second].map((demo) => /proxy +(http\S+)/.exec(demo.stdout())?.[1]);
    expect(one).not.toBe(two);
    for (const demo of [first, second]) demo.child.kill('SIGTERM');
    expect((await Promise.all([first.ended, second.ended])).map(({ code }) => code)).toEqual([0, 0]);
  });
});

function startDemo(flags: readonly string[]): RunningCli {
  const demo = spawnCli(['demo', ...flags], { cwd: createFolder(), env: STRAY });
  onTestFinished(() => void demo.child.kill('SIGKILL'));
  return demo;
}
