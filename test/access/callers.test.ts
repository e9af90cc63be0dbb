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
    ['a prefix of a key', { authorization: `Bearer ${ADA.slice(0, -1)}` }],
    ['the hash of a key', { authorization: `Bearer ${hashKey(ADA).toString('hex')}` }],
    ['another scheme', { authorization: `Basic ${ADA}` }],
    ['a key as x-mkio-token', { 'x-mkio-token': ADA }],
  ])('%s is answered 401 with a challenge and not forwarded', async (_, headers) => {
    const { upstream, proxy } = await startWithFile(lineOf('ada', ADA));

    const answer = await call(proxy, '/api/v1/x', { headers });

    expect(answer.status).toBe(401);
    expect(answer.headers).toMatchObject({
      'x-mkio-proxy-error': 'CALLER_UNAUTHENTICATED',
      'www-authenticate': 'Bearer realm="mkio-proxy"',
    });
    expect(upstream.seen).toEqual([]);
  });

  test('the log names the caller, and its key is neither forwarded nor logged', async () => {
    const { upstream, proxy } = await startWithFile(`# people\n\n${lineOf('ada', ADA)}${lineOf('bob', BOB)}`);

    expect((await ask(proxy, BOB)).status).toBe(200);

    expect(await proxy.exchange()).toMatchObject({ callerName: 'bob' });
    expect(JSON.stringify([proxy.logged, upstream.seen])).not.toContain(BOB);
  });

  test('a removed key stops working at once, and a new one works', async () => {
    const { file, proxy } = await startWithFile(lineOf('ada', ADA));
    expect((await ask(proxy, ADA)).status).toBe(200);

    writeFileSync(file, lineOf('bob', BOB));

    expect((await ask(proxy, ADA)).status).toBe(401);
    expect((await ask(proxy, BOB)).status).toBe(200);
  });

  test('a rename over the file and a replaced symlink are noticed too', async () => {
    const { file, proxy } = await startWithFile(lineOf('ada', ADA));
    writeFileSync(`${file}.new`, lineOf('bob', BOB));
    renameSync(`${file}.new`, file);
    expect([(await ask(proxy, ADA)).status, (await ask(proxy, BOB)).status]).toEqual([401, 200]);

    writeFileSync(`${file}.v2`, lineOf('ada', ADA));
    symlinkSync(`${file}.v2`, `${file}.link`);
    renameSync(`${file}.link`, file);
    expect([(await ask(proxy, ADA)).status, (await ask(proxy, BOB)).status]).toEqual([200, 401]);
  });

  test('without the file no key works, and the log says so', async () => {
    const { file, proxy } = await startWithFile(lineOf('ada', ADA));
    rmSync(file);
    expect((await ask(proxy, ADA)).status).toBe(401);
    expect(proxy.logged).toContainEqual(expect.objectContaining({ msg: 'no caller key can be read' }));
  });

  test.each([
    ['a plain key', `ada:${ADA}\n`, /wrong line 1/],
    ['nothing', '# nobody\n', /holds no key/],
  ])('the proxy does not start if the file holds %s', async (_, text, problem) => {
    await expect(startWithFile(text)).rejects.toThrow(problem);
  });

  test('the proxy does not start if the file is a pipe, which can be read only once', async () => {
    const callerKeysFile = join(createFolder(), 'pipe');
    execFileSync('mkfifo', [callerKeysFile]);
    const starting = startTestProxy({ ...(await startUpstream()), access: { callerKeysFile } });
    await expect(starting).rejects.toThrow("can't be read (no regular file)");
  });
});

test('MKIO_PROXY_CALLER_KEY admits callers with that key', async () => {
  const proxy = await startTestProxy({ ...(await startUpstream()), access: { callerKey: ADA } });
  expect([(await ask(proxy, ADA)).status, (await ask(proxy, BOB)).status]).toEqual([200, 401]);
});

test('a wrong line is reported by its number', () => {
  expect(parseCallers(`${lineOf('ada', ADA)}ada\n:x\n`)).toMatchObject({
    entries: [{ name: 'ada' }],
    wrongLines: [2, 3],
  });
});
