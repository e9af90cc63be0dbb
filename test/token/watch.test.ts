import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFileSource } from '../../src/token/sources.ts';
import type { TokenStore } from '../../src/token/store.ts';
import { createTokenStore } from '../../src/token/store.ts';
import { watchFile } from '../../src/token/watch.ts';
import { createFolder } from '../support/folder.ts';

/** The documented delay for any kind of change. */
const WITHIN = { timeout: 2_000, interval: 10 };

/** Effectively disables polling after the first check. */
const BY_FOLDERS_ALONE_MS = 3_600_000;

async function follow(path: string, pollMs = BY_FOLDERS_ALONE_MS): Promise<TokenStore> {
  const source = createFileSource(path, 'the file', () => undefined);
  const store = createTokenStore({ source, first: await source.read() });
  onTestFinished(watchFile(path, () => void store.reload(), pollMs));
  // The check at start.
  await expect.poll(() => store.refresh(), WITHIN).toBeUndefined();
  return store;
}

const tokenOf = (number: number): string => `opaque-token-of-the-tests-${number}`;

const expectToken = (store: TokenStore, token: string) => expect.poll(() => store.current(), WITHIN).toBe(token);

test('A file that is overwritten in place is read again', async () => {
  const path = join(createFolder({ token: tokenOf(1) }), 'token');
  const store = await follow(path);
  for (const token of [tokenOf(2), tokenOf(3)]) {
    writeFileSync(path, `${token}\n`);
    await expectToken(store, token);
  }
});

test('A file that is replaced by a rename is read again', async () => {
  const folder = createFolder({ token: tokenOf(1) });
  const store = await follow(join(folder, 'token'));
  for (const token of [tokenOf(2), tokenOf(3)]) {
    writeFileSync(join(folder, 'new'), token);
    renameSync(join(folder, 'new'), join(folder, 'token'));
    await expectToken(store, token);
  }
});

/** Like the kubelet's atomic writer: creates a folder, then renames a new link over `..data`. */
function swapData(volume: string, revision: string, token: string): void {
  mkdirSync(join(volume, revision));
  writeFileSync(join(volume, revision, 'token'), token);
  symlinkSync(revision, join(volume, '..data_tmp'));
  renameSync(join(volume, '..data_tmp'), join(volume, '..data'));
}

test('A mounted Kubernetes secret is read again when `..data` is swapped and the old folder removed', async () => {
  const volume = createFolder();
  swapData(volume, '..2026_01', tokenOf(1));
  symlinkSync('..data/token', join(volume, 'token'));
  const store = await follow(join(volume, 'token'));
  for (const [old, revision, token] of [
    ['..2026_01', '..2026_02', tokenOf(2)],
    ['..2026_02', '..2026_03', tokenOf(3)],
  ] as const) {
    swapData(volume, revision, token);
    rmSync(join(volume, old), { recursive: true });
    await expectToken(store, token);
  }
  expect(store.status()).toMatchObject({ reloads: 2, failures: 0 });
});

test('A link is watched, and so is its target', async () => {
  const [here, there] = [createFolder(), createFolder({ a: tokenOf(1), b: tokenOf(2) })];
  const path = join(here, 'token');
  symlinkSync(join(there, 'a'), path);
  const store = await follow(path);
  symlinkSync(join(there, 'b'), join(here, 'new'));
  renameSync(join(here, 'new'), path);
  await expectToken(store, tokenOf(2));
  writeFileSync(join(there, 'b'), tokenOf(3));
  await expectToken(store, tokenOf(3));
});

test('A file that is deleted and created again is read again, and the last good token stays in use', async () => {
  const path = join(createFolder({ token: tokenOf(1) }), 'token');
  const store = await follow(path);
  rmSync(path);
  await expect.poll(() => store.status().state, WITHIN).toBe('failing');
  expect(store.current()).toBe(tokenOf(1));
  writeFileSync(path, tokenOf(2));
  await expectToken(store, tokenOf(2));
  expect(store.status().state).toBe('ok');
});

test('A file in a folder that does not exist yet is polled', async () => {
  const folder = join(createFolder(), 'later');
  const path = join(folder, 'token');
  const source = createFileSource(path, 'the file', () => undefined);
  const store = createTokenStore({ source, first: { token: tokenOf(1) } });
  onTestFinished(watchFile(path, () => void store.reload()));
  await expect.poll(() => store.status().state, WITHIN).toBe('failing');
  mkdirSync(folder);
  writeFileSync(path, tokenOf(2));
  await expectToken(store, tokenOf(2));
});

test('An unchanged file is not read again', async () => {
  const path = join(createFolder({ token: tokenOf(1) }), 'token');
  let calls = 0;
  onTestFinished(watchFile(path, () => calls++));
  await expect.poll(() => calls).toBe(1);
  writeFileSync(join(path, '../beside'), 'x');
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(calls).toBe(1);
});
