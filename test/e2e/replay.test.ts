import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const ASSET = '/api/v1/projects/demo/media/assets/a';
const STEERING = 'a\u009b31m\u202eb\u001b[31m';

async function start(body = '{"a":1}') {
  const bodies: string[] = [];
  const upstream = await startUpstream((request, response) => {
    request.setEncoding('utf8');
    let text = '';
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      bodies.push(text);
      response.writeHead(404, { 'content-type': 'application/json', 'x-ms-note': '\x9b31m' });
      response.end(JSON.stringify({ error: { code: STEERING }, ref: STEERING }));
    });
  });
  const proxy = await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port: 0 } });
  const headers = { 'content-type': 'application/json', 'x-ms-version': '1', 'x-ms-date': '2' };
  await call(proxy, ASSET, { method: 'PUT', headers, body });
  const { id } = await proxy.exchange();
  const cwd = createFolder({ 'new.json': '“new”' });
  const run = (...args: string[]) =>
    runCli(['replay', '--admin-port', new URL(proxy.admin ?? '').port, ...args], { cwd });
  return { proxy, upstream, bodies, id: String(id), run };
}

function expectNoSteering(text: string): void {
  for (const steering of ['\u009b', '\u202e', '\u001b']) expect(text).not.toContain(steering);
}

describe('mkio-proxy replay', () => {
  test('repeats the request and prints the new exchange with escaped control characters', async () => {
    const { proxy, upstream, bodies, id, run } = await start();
    const { code, stdout, stderr } = await run(id);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d → PUT .* 404 .* replay\n$/);
    expectNoSteering(stdout + stderr);
    expect(stderr).toMatch(/^-- not sent: .*host/);
    expect(bodies).toEqual(['{"a":1}', '{"a":1}']);
    expect(upstream.seen[1]?.method).toBe('PUT');
    expect((await proxy.exchange(1)).replayOf).toBe(id);
  });

  test('changes only the given parts', async () => {
    const { upstream, bodies, id, run } = await start();
    const edits = ['--method', 'PATCH', '--target', `${ASSET}?x=1`, '--body', 'new.json'];
    const { code, stdout } = await run(
      '--header',
      'x-ms-version: 9',
      '--header',
      'X-Ms-UserAgent:3',
      ...edits,
      '--json',
      id,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ replayOf: id, method: 'PATCH', target: `${ASSET}?x=1`, status: 404 });
    expectNoSteering(stdout);
    const [, again] = upstream.seen;
    expect(again).toMatchObject({ method: 'PATCH', url: `${ASSET}?x=1` });
    expect(again?.headers).toMatchObject({ 'x-ms-version': '9', 'x-ms-date': '2', 'x-ms-useragent': '3' });
    expect(bodies[1]).toBe('“new”');
  });

  test.each<[string, string[], number, RegExp]>([
    ['an unknown exchange', ['nothing'], 5, /EXCHANGE_UNKNOWN: .* answered: No exchange with this id is kept/],
    ['an invalid header', ['ID', '--header', 'x'], 2, /--header is not `name: value`/],
    ['a missing file', ['ID', '--body', 'nowhere'], 2, /--body: what it names cannot be read \(ENOENT\)/],
    ['an invalid method', ['ID', '--method', 'x'], 5, /REPLAY_INVALID: .*method is none of GET.*\nCorrect --method/],
    ['a missing id', [], 2, /missing required argument/],
  ])('reports %s', async (_, args, exit, problem) => {
    const { id, run, upstream } = await start();
    const { code, stdout, stderr } = await run(...args.map((word) => (word === 'ID' ? id : word)));
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr).toMatch(problem);
    expect(upstream.seen).toHaveLength(1);
  });

  test('lists the headers to supply', async () => {
    const { id, run, bodies } = await start('{"password":"x"}');
    const { code, stderr } = await run(id);
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/REPLAY_INCOMPLETE: .*the body was redacted\.\nSupply .* by --target or --body <file>/),
    ]);
    expect((await run(id, '--body', 'new.json')).code).toBe(0);
    expect(bodies[1]).toBe('“new”');
  });
});
