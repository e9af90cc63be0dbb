import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hashKey, parseCallers, renderCallerLine } from '../../src/access/callers.ts';
import { createFolder } from '../support/folder.ts';
import type { TestProxy } from '../support/proxy.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const ADA = 'ada-key-of-the-tests';
const BOB = 'bob-key-of-the-tests';
const lineOf = (name: string, key: string): string => `${renderCallerLine({ name, sha256: hashKey(key) })}\n`;
const ask = async (proxy: TestProxy, key?: string) =>
  await call(proxy, '/api/v1/x', { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });

async function startWithFile(text: string) {
  const file = join(createFolder(), 'keys');
  writeFileSync(file, text);
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, access: { callerKeysFile: file } });
  return { file, upstream, proxy };
}

describe('with a keys file', () => {
  test.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer wrong-key-of-the-tests' }],
    ['a beginning of a key', { authorization: `Bearer ${ADA.slice(0, -1)}` }],
    ['the hash of a key', { authorization: `Bearer ${hashKey(ADA).toString('hex')}` }],
    ['another scheme', { authorization: `Basic ${ADA}` }],
    ['a key as x-mkio-token', { 'x-mkio-token': ADA }],
  ])('%s is answered 401 with a challenge, and nothing is sent upstream', async (_, headers) => {
    const { upstream, proxy } = await startWithFile(lineOf('ada', ADA));

    const answer = await call(proxy, '/api/v1/x', { headers });

    expect(answer.status).toBe(401);
    expect(answer.headers).toMatchObject({
      'x-mkio-proxy-error': 'CALLER_UNAUTHENTICATED',
      'www-authenticate': 'Bearer realm="mkio-proxy"',
    });
    expect(upstream.seen).toEqual([]);
  });

  test('a caller is known by name in the log, and its key neither travels nor is logged', async () => {
    const { upstream, proxy } = await startWithFile(`# people\n\n${lineOf('ada', ADA)}${lineOf('bob', BOB)}`);

    expect((await ask(proxy, BOB)).status).toBe(200);

    expect(await proxy.exchange()).toMatchObject({ callerName: 'bob' });
    expect(JSON.stringify([proxy.logged, upstream.seen])).not.toContain(BOB);
  });

  test('a key that is taken out works no more from then on, and a new one works', async () => {
    const { file, proxy } = await startWithFile(lineOf('ada', ADA));
    expect((await ask(proxy, ADA)).status).toBe(200);

    writeFileSync(file, lineOf('bob', BOB));

    expect((await ask(proxy, ADA)).status).toBe(401);
    expect((await ask(proxy, BOB)).status).toBe(200);
  });

  test('a rename over the file and a swapped link are seen too', async () => {
    const { file, proxy } = await startWithFile(lineOf('ada', ADA));
    writeFileSync(`${file}.new`, lineOf('bob', BOB));
    renameSync(`${file}.new`, file);
    expect([(await ask(proxy, ADA)).status, (await ask(proxy, BOB)).status]).toEqual([401, 200]);

    writeFileSync(`${file}.v2`, lineOf('ada', ADA));
    symlinkSync(`${file}.v2`, `${file}.link`);
    renameSync(`${file}.link`, file);
    expect([(await ask(proxy, ADA)).status, (await ask(proxy, BOB)).status]).toEqual([200, 401]);
  });

  test('a file that went away lets nobody in, and says so in the log', async () => {
    const { file, proxy } = await startWithFile(lineOf('ada', ADA));
    rmSync(file);
    expect((await ask(proxy, ADA)).status).toBe(401);
    expect(proxy.logged).toContainEqual(expect.objectContaining({ msg: 'no caller key can be read' }));
  });

  test.each([
    ['a plain key', `ada:${ADA}\n`, /wrong line 1/],
    ['nothing', '# nobody\n', /holds no key/],
  ])('that holds %s the proxy does not start', async (_, text, problem) => {
    await expect(startWithFile(text)).rejects.toThrow(problem);
  });

  test('that is a pipe the proxy does not start, as it could be read once alone', async () => {
    const callerKeysFile = join(createFolder(), 'pipe');
    execFileSync('mkfifo', [callerKeysFile]);
    const starting = startTestProxy({ ...(await startUpstream()), access: { callerKeysFile } });
    await expect(starting).rejects.toThrow("can't be read (no regular file)");
  });
});

test('one key by MKIO_PROXY_CALLER_KEY lets its bearers in', async () => {
  const proxy = await startTestProxy({ ...(await startUpstream()), access: { callerKey: ADA } });
  expect([(await ask(proxy, ADA)).status, (await ask(proxy, BOB)).status]).toEqual([200, 401]);
});

test('a line that is wrong is told by its number', () => {
  expect(parseCallers(`${lineOf('ada', ADA)}ada\n:x\n`)).toMatchObject({
    entries: [{ name: 'ada' }],
    wrongLines: [2, 3],
  });
});
