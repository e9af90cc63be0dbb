import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli, spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';
import { startProgram } from '../support/program.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

/** C0, C1, an escape sequence, a line separator and a right-to-left override. */
const STEERING = ['\u001b', '\u0007', '\u009b', '\u202e', '\u2066', '\u2028'];
const REMOTE = `<${STEERING.join('31m')}>`;

/** An upstream that sends it in every part of an answer that is displayed. */
const startHostile = () =>
  startUpstream(({ url }, response) => {
    const rights = { 'core.project': { [REMOTE]: { [REMOTE]: [REMOTE] } }, 'core.customer': REMOTE };
    const body = {
      error: { code: REMOTE, detail: REMOTE },
      ref: REMOTE,
      metadata: { name: REMOTE, id: REMOTE, type: REMOTE },
      spec: { loginEmail: REMOTE, name: REMOTE, displayName: REMOTE, organizationId: REMOTE, permissions: rights },
      rbac: rights,
    };
    const headers = { 'content-type': 'application/json', 'x-ms-useragent': '\x9b31m' };
    response.writeHead(url?.includes('projects/') === true ? 403 : 200, headers).end(JSON.stringify(body));
  });

describe('received control characters are not written to the terminal by', () => {
  test('the log, tail with bodies and replay', async () => {
    const upstream = await startHostile();
    const settings = { MKIO_BASE_URL: upstream.origin, MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROXY_CAPTURE: 'bodies' };
    const program = await startProgram(settings);
    const env = { MKIO_PROXY_ADMIN_PORT: new URL(program.admin ?? '').port };
    const tail = spawnCli(['tail', '--bodies'], { cwd: createFolder(), env });
    onTestFinished(() => void tail.child.kill('SIGKILL'));
    const ask = async (): Promise<string> => {
      const answer = await fetch(`${program.address}/api/v1/projects/x`, { headers: { 'x-ms-useragent': '\x9b31m' } });
      await answer.text();
      return tail.stdout();
    };
    await expect.poll(ask, { timeout: 10_000, interval: 200 }).toContain('"detail":');
    await sendRaw(Number(new URL(program.address).port), `GET /\x1b]0;x\x07\x9b HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const { exchanges } = (await (await fetch(`${program.admin}/exchanges`)).json()) as { exchanges: { id: string }[] };
    const replayed = await runCli(['replay', exchanges[0]?.id ?? ''], { cwd: createFolder(), env });
    expect(replayed.code).toBe(0);
    program.child.kill('SIGTERM');
    const { stdout } = await program.ended;
    for (const shown of [tail.stdout(), replayed.stdout + replayed.stderr, stdout]) expectCalm(shown);
  });

  test.each([[[]], [['--json']]])('check %j', async (flags: string[]) => {
    const { origin } = await startHostile();
    const env = { MKIO_BASE_URL: origin, MKIO_TOKEN: OPAQUE_TOKEN, MKIO_PROJECT: 'x' };
    const { stdout, stderr } = await runCli(['check', ...flags], { cwd: createFolder(), env });
    expect(stdout).not.toBe('');
    expectCalm(stdout + stderr);
  });
});

function expectCalm(text: string): void {
  expect(text).toContain('31m');
  for (const steering of STEERING) expect(text).not.toContain(steering);
}
