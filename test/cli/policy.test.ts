import { describe, expect, onTestFinished, test } from 'vitest';
import { startTestSandbox } from '../support/sandbox.ts';
import { runCli, spawnCli } from '../support/cli.ts';
import { runCommand } from '../support/command.ts';
import { createFolder } from '../support/folder.ts';

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, files = {}) =>
  runCommand(['policy', ...args], { env, cwd: createFolder(files) });
const runProcess = (args: readonly string[]) => runCli(['policy', ...args], { cwd: createFolder() });

describe('policy explain', () => {
  test('shows the rule that allows a request', async () => {
    expect(await runProcess(['explain', 'DELETE /api/v1/projects/p/media/assets/x'])).toEqual({
      code: 0,
      stdout: 'allowed  DELETE /api/v1/projects/p/media/assets/x\n  rule    level default\n',
      stderr: '',
    });
  });

  test('also exits with code 0 for a refused request, and shows the setting that would allow it', async () => {
    expect(await run(['explain', 'POST', '/user/tokens'])).toEqual({
      code: 0,
      stdout:
        'refused  POST /api/v1/user/tokens\n' +
        '  rule    guarded: creating and revoking tokens\n' +
        '  answer  403 OPERATION_REFUSED\n' +
        "  opened  by MKIO_PROXY_POLICY_ALLOW='POST /user/tokens'\n",
      stderr: '',
    });
  });

  test.each<[string, string[], Record<string, string>]>([
    ['a flag', ['--policy-allow', 'POST /user/tokens'], {}],
    ['the environment', [], { MKIO_PROXY_POLICY_ALLOW: 'POST /user/tokens' }],
  ])('applies %s', async (_, flags, env) => {
    const { stdout } = await run(['explain', 'POST /user/tokens', '--json', ...flags], env);
    expect(JSON.parse(stdout)).toEqual({
      method: 'POST',
      path: '/api/v1/user/tokens',
      allowed: true,
      rule: 'MKIO_PROXY_POLICY_ALLOW: POST /user/tokens',
    });
  });

  test('applies a policy file', async () => {
    const files = { 'policy.json': '{"deny":["DELETE **"],"otherwise":"allow"}' };
    const { stdout } = await run(['explain', 'DELETE /x', '--policy', 'policy.json'], {}, files);
    expect(stdout).toMatch(/^refused {2}DELETE \/api\/v1\/x\n {2}rule {4}policy file: deny DELETE \*\*\n/);
  });

  test.each([
    ['GET /projects/../user', '400 TARGET_INVALID'],
    ['GET /api/ready', '404 NOT_FORWARDED'],
    ['GET https://app.mk.io/elsewhere', '404 NOT_FORWARDED'],
  ])('shows for %s that the proxy answers %s', async (request, answer) => {
    expect((await run(['explain', request])).stdout).toContain(`  answer  ${answer}\n`);
  });

  test('accepts a URL with a query, and GET is the default', async () => {
    const { stdout } = await run(['explain', 'http://localhost:6546/api/v1/projects?$top=1']);
    expect(stdout).toContain('allowed  GET ');
  });

  test('masks the signature in a pasted path', async () => {
    const { stdout } = await run(['explain', 'GET /projects?sig=s3cret&$top=1']);
    expect(stdout).toContain('GET /api/v1/projects?sig=[redacted]&$top=1\n');
  });

  test.each([['nonsense'], ['TRACE /x'], ['get /x']])('%s exits with code 2 and an example', async (request) => {
    const { code, stderr } = await run(['explain', request]);
    expect(code).toBe(2);
    expect(stderr).toContain('CONFIG_INVALID: that is not a request\nGive one of GET,');
  });
});

describe('policy list', () => {
  test('prints every documented operation with its verdict', async () => {
    const { code, stdout } = await runProcess(['list']);
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length, lines.at(-1)]).toEqual([0, 239, '214 of 238 operations are allowed.']);
    expect(lines[0]).toMatch(
      /^allowed {2}GET {5}\/api\/v1\/projects\/\{project_name\}\/media\/accountFilters +level default$/,
    );
  });

  test('applies the settings, in a project that callers may use', async () => {
    const { stdout } = await run(['list', '--policy', 'read-only', '--projects', 'mine', '--json']);
    const listed = JSON.parse(stdout) as { id: string; path: string; allowed: boolean; code?: string }[];
    expect(listed).toHaveLength(238);
    const found = (id: string) => listed.find((row) => row.id === id);
    expect(found('media.assets.list')).toMatchObject({ path: '/api/v1/projects/mine/media/assets', allowed: true });
    expect(found('media.assets.put')).toMatchObject({ allowed: false, code: 'OPERATION_REFUSED' });
    expect(found('management.user.rbac.get')).toMatchObject({ allowed: false, code: 'PROJECT_REFUSED' });
  });
});

describe('policy', () => {
  test.each([
    [[], 'a command is missing: explain, list, help'],
    [['exlain'], "unknown command 'exlain' (Did you mean explain?)"],
    [['eyJhbGciOiJSUzI1NiJ9.e30.x'], 'unknown command\n'],
  ])('%j exits with code 2 and lists the commands', async (args, text) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`CONFIG_INVALID: ${text}`);
  });

  test('exits with code 2 if the settings are invalid', async () => {
    expect((await run(['list', '--policy', 'readonly'])).stderr).toContain('"readonly" names no level');
  });
});

describe('The other commands', () => {
  const startMkio = async () => {
    const sandbox = await startTestSandbox();
    return { MKIO_TOKEN: sandbox.token, MKIO_BASE_URL: sandbox.origin, MKIO_PROJECT: sandbox.project };
  };

  test('show the loosened defaults at start', async () => {
    const env = { ...(await startMkio()), MKIO_PROXY_POLICY_ALLOW: 'POST /user/tokens' };
    const running = spawnCli(['--port', '0', '--admin-port', 'off'], { env, cwd: createFolder() });
    onTestFinished(() => void running.child.kill('SIGKILL'));
    await running.printed(/callers may now create a token\. Minted tokens go to the caller/);
  });

  test('check the token under any policy for callers', async () => {
    const env = { ...(await startMkio()), MKIO_PROXY_POLICY: 'media', MKIO_PROXY_PROJECTS: 'other' };
    expect((await runCli(['check'], { env, cwd: createFolder() })).code).toBe(0);
  });
});
