/**
 * @module-tag bash
 * @module-tag curl
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createFolder } from '../support/folder.ts';
import { startTestSandbox } from '../support/sandbox.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const guide = readFileSync(join(ROOT, 'docs/tokens.md'), 'utf8');
const commands = [...guide.matchAll(/```sh\n([^]*?)```/g)].map(([, text = '']) => text);

/** Runs the guide from top to bottom in one shell, as a reader would, and stops its proxy at the end. */
const SCRIPT = ['set -e', 'trap "kill %1" EXIT', ...commands].join('\n');

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

test('every command in the token guide works as described, from the first token to its revocation', async () => {
  const sandbox = await startTestSandbox();
  const folder = createFolder();
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin/mkio-proxy');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'dist/cli/main.js')}' "$@"\n`);
  chmodSync(program, 0o700);
  const [port, adminPort] = [await findPort(), await findPort()];
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    MKIO_BASE_URL: sandbox.origin,
    MKIO_PROJECT: sandbox.project,
    MKIO_TOKEN: sandbox.token,
    MKIO_PROXY_PORT: String(port),
    MKIO_PROXY_ADMIN_PORT: String(adminPort),
  };
  const script = SCRIPT.replaceAll(':6547/', `:${adminPort}/`);
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, env });

  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  expect(stdout).toContain('the proxy holds a full-access token');
  for (const source of ['MKIO_TOKEN_FILE mkio-token', 'MKIO_TOKEN_FILE -', 'MKIO_TOKEN'])
    expect(stdout).toContain(`✓ token-source  ${source} (environment)`);
  expect(statSync(join(folder, 'mkio-token')).mode & 0o777).toBe(0o600);
  expect(stdout).toMatch(/\{"status":"ok"/);
  expect(stdout).toMatch(/\{"changed":(?:true|false),"hash":"[\da-f]{8}"/);
  expect(text('proxy.log')).toContain('the token has changed');

  expect(stdout).toContain('✗ revocation    MK.IO has revoked the token');
  expect(stdout).toContain('exit code 3\nexit code 3\n');
  expect(stdout).toMatch(/exit code 0\n$/);
  expect(text('mkio-token')).not.toBe(text('old-token'));
  expect(stdout + text('proxy.log')).not.toContain('eyJ');
}, 120_000);
