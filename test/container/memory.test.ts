import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { request } from 'node:http';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import autocannon from 'autocannon';
import { expect, test } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { createFolder } from '../support/folder.ts';
import { startTlsUpstream } from '../support/upstream.ts';
import type { Container } from '../support/container.ts';
import { podman, startContainer } from '../support/container.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

/** To find the minimum, lower it. */
const { MKIO_PROXY_TEST_MEMORY: MEMORY = '96m' } = process.env;
const ANSWER = JSON.stringify({ items: randomBytes(1_500).toString('base64') });
const CHUNK = Buffer.alloc(65_536, 'a');
const CHUNKS = 16_384;

test('96 MB are enough for 50 concurrent callers with probes, and for 1 GB of download and upload', async () => {
  const container = await start();
  const url = `${container.address}/api/v1/projects/demo/media/assets`;

  const loading = autocannon({ url, connections: 50, duration: 8 });
  // A probe is a second process within the same limit.
  for (let probes = 3; probes > 0; probes--) await podman('healthcheck', 'run', container.name);
  const load = await loading;
  expect(load.requests.total).toBeGreaterThan(1_000);
  expect([load.errors, load.timeouts, load.non2xx]).toEqual([0, 0, 0]);

  expect(await download(`${url}?gigabyte`)).toBe(CHUNK.length * CHUNKS);
  expect(await upload(url)).toBe(200);

  const taken = /^VmHWM:.*\n|^RssAnon:.*\n/gm;
  process.stdout.write(
    `with ${MEMORY}: ${container.readProcess('status').match(taken)?.join('').replaceAll(/\s+/g, ' ')}\n`,
  );
  expect(await podman('inspect', '--format', '{{.State.Running}} {{.State.OOMKilled}}', container.name)).toBe(
    'true false',
  );
}, 120_000);

async function start(): Promise<Container> {
  const authority = await createAuthority();
  const handler: RequestListener = (incoming, response) => {
    response.setHeader('content-type', 'application/json');
    if (incoming.url?.endsWith('gigabyte') !== true) {
      incoming.resume().on('end', () => response.end(ANSWER));
      return;
    }
    response.setHeader('content-type', 'video/mp4');
    let left = CHUNKS;
    const send = (): void => {
      while (left-- > 0) if (!response.write(CHUNK)) return void response.once('drain', send);
      response.end();
    };
    send();
  };
  const { origin } = await startTlsUpstream(await authority.issue({ names: ['localhost'] }), { handler });
  const folder = createFolder({ 'ca.pem': authority.cert });
  chmodSync(folder, 0o755);
  const env = { MKIO_BASE_URL: origin, MKIO_TOKEN: OPAQUE_TOKEN, NODE_EXTRA_CA_CERTS: '/ca/ca.pem' };
  // The probe needs a fixed port. Only other tests share this network.
  const ports = { MKIO_PROXY_PORT: '6646', MKIO_PROXY_ADMIN_PORT: '6647' };
  const options = ['--memory', MEMORY, '--memory-swap', MEMORY, '--volume', `${folder}:/ca:ro`];
  return await startContainer({ env: { ...env, ...ports }, options });
}

async function download(url: string): Promise<number> {
  const { body } = await fetch(url);
  let bytes = 0;
  for await (const chunk of body ?? []) bytes += (chunk as Uint8Array).length;
  return bytes;
}

async function upload(url: string): Promise<number | undefined> {
  const sent = request(url, { method: 'POST', headers: { 'content-type': 'video/mp4' } });
  const answered = once(sent, 'response') as Promise<[{ statusCode?: number; resume: () => void }]>;
  await pipeline(function* () {
    for (let left = CHUNKS; left > 0; left--) yield CHUNK;
  }, sent);
  const [answer] = await answered;
  answer.resume();
  return answer.statusCode;
}
