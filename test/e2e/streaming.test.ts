import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { createFolder } from '../support/folder.ts';
import type { Program } from '../support/program.ts';
import { startBoth, startProgram } from '../support/program.ts';
import { startTestSandbox } from '../support/sandbox.ts';

const MB = 1024 * 1024;
const SIZE = 200 * MB;
const MAX_GROWTH = 40 * MB;

/** The kinds of upstream connection. */
const LEGS: [string, () => Promise<Program>][] = [
  ['plain HTTP', async () => (await startBoth()).program],
  ['TLS', startOverTls],
];

describe.runIf(process.platform === 'linux')('bodies of 200 MB stream in constant memory', () => {
  test.each(LEGS)(
    'an upload over %s arrives byte for byte and grows the process by less than 40 MB',
    async (_, start) => {
      const program = await start();
      const url = `${program.address}/api/v1/projects/demo-project/fleet/uploadBackup`;
      await upload(url, 20 * MB);

      const before = markMemory(program.child.pid);
      const { size, sha256, sent } = await upload(url, SIZE);

      expect({ size, sha256 }).toEqual({ size: SIZE, sha256: sent });
      expect(readPeak(program.child.pid) - before).toBeLessThan(MAX_GROWTH);
    },
    120_000,
  );

  test('a download arrives byte for byte and grows the process by less than 40 MB', { timeout: 120_000 }, async () => {
    const { program, sandbox } = await startBoth();
    const path = '/api/v1/projects/demo-project/fleet/backups/any/config?size=';
    await download(`${program.address}${path}${20 * MB}`);

    const before = markMemory(program.child.pid);
    const got = await download(`${program.address}${path}${SIZE}`);
    const peak = readPeak(program.child.pid);

    const direct = await download(`${sandbox.origin}${path}${SIZE}`, { authorization: `Bearer ${sandbox.token}` });
    expect(got).toEqual(direct);
    expect(got.size).toBe(SIZE);
    expect(peak - before).toBeLessThan(MAX_GROWTH);
  });
});

describe('chunks arrive intact, although their memory is released after the write', () => {
  test.each(LEGS)('over %s, with several slow readers and several senders at once', async (_, start) => {
    const project = `${(await start()).address}/api/v1/projects/demo-project/fleet`;
    const size = 24 * MB + 12_345;
    const expected = createHash('sha256');
    // In the sandbox's data, byte n is n modulo 251.
    const period = Buffer.from(Array.from({ length: 251 }, (_, n) => n));
    expected.update(Buffer.concat(Array.from({ length: Math.ceil(size / 251) }, () => period)).subarray(0, size));
    const sha256 = expected.digest('hex');

    const downloads = Array.from({ length: 3 }, () => download(`${project}/backups/any/config?size=${size}`, {}, 5));
    const uploads = Array.from({ length: 3 }, () => upload(`${project}/uploadBackup`, size));
    expect(await Promise.all(downloads)).toEqual(Array(3).fill({ size, sha256 }));
    for (const sent of await Promise.all(uploads)) expect(sent).toMatchObject({ size, sha256: sent.sent });
  });
});

async function startOverTls(): Promise<Program> {
  const authority = await createAuthority();
  const sandbox = await startTestSandbox({ tls: await authority.issue({ names: ['127.0.0.1'] }) });
  const file = join(createFolder(), 'ca.pem');
  writeFileSync(file, authority.cert);
  const env = { MKIO_BASE_URL: sandbox.origin, MKIO_TOKEN: sandbox.token, NODE_EXTRA_CA_CERTS: file };
  return await startProgram(env);
}

async function upload(url: string, size: number): Promise<{ size: number; sha256: string; sent: string }> {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(64 * 1024, 'mkio');
  const sending = request(url, { method: 'POST', headers: { 'content-type': 'application/octet-stream' } });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  const chunks = function* (): Generator<Buffer> {
    for (let left = size; left > 0; left -= chunk.length) {
      const piece = chunk.subarray(0, Math.min(left, chunk.length));
      hash.update(piece);
      yield piece;
    }
  };
  await pipeline(Readable.from(chunks()), sending);
  const [answer] = await answered;
  const body = JSON.parse((await answer.setEncoding('utf8').toArray()).join('')) as {
    spec: { size: number; sha256: string };
  };
  return { ...body.spec, sent: hash.digest('hex') };
}

/** Waits for `turns` of the event loop after each chunk. */
async function download(
  url: string,
  headers: Record<string, string> = {},
  turns = 0,
): Promise<{ size: number; sha256: string }> {
  const asking = request(url, { headers }).end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    hash.update(chunk);
    for (let turn = 0; turn < turns; turn++) await setImmediate();
  }
  return { size, sha256: hash.digest('hex') };
}

/** Returns the current memory in bytes, and resets the kernel's peak. */
function markMemory(pid = 0): number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return readStatus(pid, 'VmRSS');
}

function readPeak(pid = 0): number {
  return readStatus(pid, 'VmHWM');
}

function readStatus(pid: number, field: string): number {
  const [, kilobytes] =
    new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
