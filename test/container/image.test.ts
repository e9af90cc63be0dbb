import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFolder } from '../support/folder.ts';
import { imageOf, podman, TARGETS } from '../support/container.ts';

const BASES = { slim: 'docker.io/library/node:24-bookworm-slim', distroless: 'localhost/distroless-node:24' };
const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};
const MAX_BYTES = 12_000_000;

/** Files allowed in the layers on top of the base. */
const EXPECTED = [
  /^app\/(?:LICENSE|package\.json)$/,
  /^app\/config\/(?:schema|policy|sidecar)\.json$/,
  /^app\/dist\/cli\/(?:LICENSES\.md|[\w.-]+\.js)$/,
  /^app\/dist\/page\/(?:LICENSES\.md|index\.html|assets\/[\w.-]+\.(?:js|css|svg))$/,
];

interface Inspected {
  readonly Architecture: string;
  readonly Config: Readonly<Record<string, unknown>>;
  readonly Labels: Readonly<Record<string, string>>;
}

describe.each(TARGETS)('The image %s', (target) => {
  test('adds only the program to its base, in less than 12 MB', async () => {
    const { files, bytes } = await readOwnLayers(imageOf(target), BASES[target]);

    expect(files).toContain('app/dist/cli/main.js');
    expect(files.filter((file) => !EXPECTED.some((pattern) => pattern.test(file)))).toEqual([]);
    expect(bytes).toBeLessThan(MAX_BYTES);
  }, 60_000);

  test('runs as an unprivileged user and sets its command, health check and stop signal', async () => {
    const [image] = JSON.parse(await podman('image', 'inspect', imageOf(target))) as Inspected[];
    const [{ Config: docker }] = JSON.parse(
      await podman('image', 'inspect', '--format', '[{"Config":{{json .HealthCheck}}}]', imageOf(target)),
    ) as [{ Config: { Test: string[] } }];
    const node = target === 'slim' ? 'node' : '/nodejs/bin/node';
    const program = '/app/dist/cli/main.js';

    expect(image?.Config).toMatchObject({
      User: '1000:1000',
      Entrypoint: [node, '--max-semi-space-size=4', program],
      Cmd: ['start'],
      StopSignal: 'SIGTERM',
      WorkingDir: '/app',
    });
    expect(image?.Config.Env).toEqual(
      expect.arrayContaining(['NODE_ENV=production', 'LOG_FORMAT=json', 'MKIO_PROXY_CAPTURE=off']),
    );
    expect(docker.Test).toEqual(['CMD', node, program, 'healthcheck']);
    expect(image?.Labels).toMatchObject({
      'org.opencontainers.image.title': 'mkio-proxy',
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.version': version,
    });
  });
});

test('The distroless image has no shell', async () => {
  const listed = await readFiles(imageOf('distroless'));

  expect(listed).toContain('nodejs/bin/node');
  expect(listed.filter((file) => /(?:^|\/)(?:sh|bash|dash|busybox|npm|apt|dpkg)$/.test(file))).toEqual([]);
});

/** Files and size of the layers on top of the base. */
async function readOwnLayers(image: string, base: string): Promise<{ files: string[]; bytes: number }> {
  const [own, below] = [await save(image), await save(base)];
  const layers = own.layers.slice(below.layers.length);
  const files = layers.flatMap((layer) => list(join(own.folder, layer)));
  const sizes = layers.map((layer) =>
    execFileSync('stat', ['--dereference', '--format', '%s', join(own.folder, layer)]),
  );
  return {
    files: files.filter((file) => !file.endsWith('/')),
    bytes: sizes.reduce((sum, size) => sum + Number(size), 0),
  };
}

const readFiles = async (image: string): Promise<string[]> => {
  const { folder, layers } = await save(image);
  return layers.flatMap((layer) => list(join(folder, layer)));
};

async function save(image: string): Promise<{ folder: string; layers: readonly string[] }> {
  const folder = createFolder();
  await podman('save', '--quiet', '--format', 'docker-archive', '--output', join(folder, 'image.tar'), image);
  execFileSync('tar', ['xf', 'image.tar'], { cwd: folder });
  const manifest = execFileSync('cat', ['manifest.json'], { cwd: folder, encoding: 'utf8' });
  const [{ Layers: layers }] = JSON.parse(manifest) as [{ Layers: string[] }];
  return { folder, layers };
}

const list = (layer: string): string[] =>
  execFileSync('tar', ['tf', layer], { encoding: 'utf8' }).split('\n').filter(Boolean);
