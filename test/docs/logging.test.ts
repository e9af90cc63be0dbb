import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { LogLine } from '../support/proxy.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { replay } from '../support/replay.ts';
import { openRaw, sendRaw } from '../support/raw.ts';
import { BY_HAND, startAnswering, startUpstream } from '../support/upstream.ts';

const doc = readFileSync(resolve(import.meta.dirname, '../../docs/logging.md'), 'utf8');
const [, table = ''] = /<!-- exchange -->([^]*?)<!-- \/exchange -->/.exec(doc) ?? [];
const rows = [...table.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = '', text = '']) => ({ name, text }));
const documented = rows.map(({ name }) => name);
const OF_EVERY_LINE = ['level', 'time', 'msg', 'event'];
const ASSETS = '/api/v1/projects/demo/media/assets';

test('docs/logging.md lists exactly the fields of the access line, which has no header and no body', async () => {
  const lines = await driveAll();
  const seen = new Set(lines.flatMap((line) => Object.keys(line)));
  expect([...seen].sort()).toEqual([...OF_EVERY_LINE, ...documented].sort());
  for (const name of ['answeredBy', 'ending']) expect(valuesOf(lines, name)).toEqual(toldOf(name));
  const text = JSON.stringify(lines);
  expect(text).not.toContain('x-sent');
  expect(text).not.toContain('a body');
});

const valuesOf = (lines: readonly LogLine[], name: string): unknown[] =>
  [...new Set(lines.map((line) => line[name]))].filter((value) => value !== undefined).sort();

const toldOf = (name: string): unknown[] => {
  const { text } = rows.find((row) => row.name === name) ?? { text: '' };
  return [...text.matchAll(/`(\w+)`/g)].map(([, value]) => value).sort();
};

/** One exchange of each kind. */
async function driveAll(): Promise<LogLine[]> {
  const upstream = await startUpstream((request, response) => {
    if (request.url?.endsWith('/cut') === true) {
      response.writeHead(200, { 'content-length': 9 }).write('a', () => response.destroy());
    } else {
      response.writeHead(404, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync('{"error":{"code":"NotFound"},"ref":"a-ref"}'));
    }
  });
  const callerKey = 'a-key-of-sixteen';
  const headers = { authorization: `Bearer ${callerKey}`, 'x-sent': '1' };
  const proxy = await startTestProxy({ ...upstream, access: { callerKey } });
  await call(proxy, `${ASSETS}/x`, { method: 'PUT', headers, body: 'a body' });
  await call(proxy, '/elsewhere', { headers });
  await call(proxy, ASSETS, {
    method: 'OPTIONS',
    headers: { origin: 'http://localhost', 'access-control-request-method': 'GET' },
  });
  await call(proxy, '/api/v1/cut', { headers }).catch(() => undefined);
  await sendRaw(proxy.port, 'nonsense\r\n\r\n');

  const broken = await startTestProxy(await startAnswering('nonsense'));
  await call(broken, ASSETS);
  const slow = await startUpstream(BY_HAND);
  const left = await startTestProxy(slow);
  const caller = await openRaw(left.port);
  caller.write(`GET ${ASSETS} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await slow.next();
  caller.leave();

  const again = await retried();
  const repeated = await replayed();
  await Promise.all([proxy.exchange(4), broken.exchange(), left.exchange()]);
  return [...proxy.logged, ...broken.logged, ...left.logged, ...again, ...repeated];
}

async function replayed(): Promise<LogLine[]> {
  const proxy = await startTestProxy({ ...(await startUpstream()), admin: { host: '127.0.0.1', port: 0 } });
  await call(proxy, ASSETS);
  await replay(proxy, (await proxy.exchange()).id);
  return proxy.logged;
}

async function retried(): Promise<LogLine[]> {
  let token = 0;
  const upstream = await startUpstream((_, response) => response.writeHead(token++ === 0 ? 401 : 200).end());
  const proxy = await startTestProxy({ ...upstream, token: { renew: () => Promise.resolve(true) } });
  await call(proxy, ASSETS);
  await proxy.exchange();
  return proxy.logged;
}
