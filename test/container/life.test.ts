import { chownSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createFolder } from '../support/folder.ts';
import { startUpstream } from '../support/upstream.ts';
import { imageOf, podman, startContainer, TARGETS } from '../support/container.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const NODE_UID = 1000;
const NO_CAPABILITIES = '0000000000000000';

describe.each(TARGETS)('A container of %s', (target) => {
  test('serves as an unprivileged user on a read-only file system and exits with code 0 on SIGTERM', async () => {
    const { origin } = await startUpstream();
    const container = await startContainer({ target, env: { MKIO_BASE_URL: origin, MKIO_TOKEN: OPAQUE_TOKEN } });

    expect((await fetch(`${container.address}/api/v1/projects`)).status).toBe(200);
    const status = container.readProcess('status');
    expect(readStatus(status, 'Uid')).toBe(String(NODE_UID));
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(readStatus(status, set)).toBe(NO_CAPABILITIES);
    }
    expect(readStatus(status, 'NoNewPrivs')).toBe('1');
    expect(container.readProcess('coredump_filter').trim()).toBe('00000000');
    expect(container.readProcess('mountinfo')).toMatch(/^.* \/ \/ ro,/m);
    expect(await container.stop()).toEqual({ code: 0 });
  });

  test('is unhealthy without a token and healthy with one', async () => {
    const { origin } = await startUpstream();
    const folder = createSecrets();
    const env = { MKIO_BASE_URL: origin, MKIO_TOKEN_FILE: '/secrets/token', MKIO_PROXY_WAIT_FOR_TOKEN: 'yes' };
    // The probe needs fixed ports. Nothing else runs in this network.
    const ports = { MKIO_PROXY_PORT: '6546', MKIO_PROXY_ADMIN_PORT: '6547' };
    const options = ['--volume', `${folder}:/secrets:ro`];
    const container = await startContainer({ target, env: { ...env, ...ports }, options });
    const probe = () => podman('healthcheck', 'run', container.name);

    await expect(probe()).rejects.toThrow();
    putToken(folder, OPAQUE_TOKEN);

    await vi.waitFor(probe, 10_000);
  });

  test('reads a token file of mode 0400, and rereads it when it is replaced', async () => {
    const upstream = await startUpstream();
    const folder = createSecrets();
    putToken(folder, OPAQUE_TOKEN);
    const env = { MKIO_BASE_URL: upstream.origin, MKIO_TOKEN_FILE: '/secrets/token' };
    const container = await startContainer({ target, env, options: ['--volume', `${folder}:/secrets:ro`] });
    const ask = async (): Promise<string | undefined> => {
      await fetch(`${container.address}/api/v1/projects`);
      return upstream.seen.at(-1)?.headers.authorization;
    };

    expect(await ask()).toBe(`Bearer ${OPAQUE_TOKEN}`);
    putToken(folder, `${OPAQUE_TOKEN}2`);

    await vi.waitFor(async () => expect(await ask()).toBe(`Bearer ${OPAQUE_TOKEN}2`), 10_000);
  });
});

test('A container that listens beyond loopback starts only with caller keys', async () => {
  const beyond = ['--env', 'MKIO_PROXY_HOST=0.0.0.0', '--env', `MKIO_TOKEN=${OPAQUE_TOKEN}`];

  const started = podman('run', '--rm', '--network', 'host', '--no-healthcheck', ...beyond, imageOf('slim'));

  await expect(started).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('MKIO_PROXY_CALLER_KEY') as string,
  });
});

const readStatus = (status: string, name: string): string | undefined =>
  new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1];

/** Creates a folder that the container's user can read. */
function createSecrets(): string {
  const folder = createFolder();
  chownSync(folder, NODE_UID, NODE_UID);
  return folder;
}

/** Replaces the file atomically, as Kubernetes does. */
function putToken(folder: string, token: string): void {
  const next = join(folder, 'next');
  writeFileSync(next, token, { mode: 0o400 });
  chownSync(next, NODE_UID, NODE_UID);
  renameSync(next, join(folder, 'token'));
}
