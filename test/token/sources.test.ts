import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { TokenConfig } from '../../src/config/config.ts';
import type { SourceWorlds } from '../../src/token/sources.ts';
import { createTokenSource } from '../../src/token/sources.ts';
import { createFolder } from '../support/folder.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ';
const UNSET: TokenConfig = {
  value: undefined,
  file: undefined,
  command: undefined,
  wait: false,
  commandTimeoutMs: 5_000,
  revocationCheckMs: undefined,
};
const ORIGINS = { token: '.env', tokenFile: 'flag --token-file', tokenCommand: 'environment' };

const sourceOf = (config: Partial<TokenConfig>, worlds: Partial<SourceWorlds> = {}) =>
  createTokenSource({ ...UNSET, ...config }, ORIGINS, {
    env: { PATH: process.env.PATH },
    stdin: () => Readable.from([]),
    killGroup: (pid) => {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has already exited.
      }
    },
    signal: new AbortController().signal,
    hold: () => undefined,
    onStderr: () => undefined,
    ...worlds,
  });

const unavailable = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'TOKEN_UNAVAILABLE', exit: 3, message: expect.stringMatching(message) as string });

describe('The token source', () => {
  test('can be the setting', async () => {
    const source = sourceOf({ value: ` ${TOKEN}\n` });
    expect(source.name).toBe('MKIO_TOKEN (.env)');
    expect(await source.read()).toEqual({ token: TOKEN });
  });

  test('is required: the error lists the settings', () => {
    expect(() => sourceOf({})).toThrow(
      unavailable(/none of MKIO_TOKEN, MKIO_TOKEN_FILE and MKIO_TOKEN_COMMAND is set/),
    );
  });

  test('can be standard input, which is read to its end', async () => {
    const source = sourceOf(
      { file: '-' },
      { stdin: () => Readable.from([Buffer.from(TOKEN.slice(0, 9)), Buffer.from(`${TOKEN.slice(9)}\n`)]) },
    );
    expect(source.name).toBe('MKIO_TOKEN_FILE - (flag --token-file)');
    expect(await source.read()).toEqual({ token: TOKEN });
  });

  test('masks each token before any other use', async () => {
    const held: string[] = [];
    const hold = (token: string): void => void held.push(token);
    await sourceOf({ value: TOKEN }, { hold }).read();
    await sourceOf({ command: ['echo', TOKEN] }, { hold, onStderr: () => expect(held).toHaveLength(2) }).read();
    expect(held).toEqual([TOKEN, TOKEN]);
  });
});

describe('A token file', () => {
  const read = (file: string) => sourceOf({ file }).read();

  test('is read whole and trimmed', async () => {
    const file = join(createFolder({ token: `${TOKEN}\n` }), 'token');
    chmodSync(file, 0o600);
    expect(sourceOf({ file }).name).toBe(`MKIO_TOKEN_FILE ${file} (flag --token-file)`);
    expect(await read(file)).toEqual({ token: TOKEN, exposed: undefined });
  });

  test.each([
    [0o600, undefined],
    [0o400, undefined],
    [0o640, 0o640],
    [0o604, 0o604],
  ])('is reported if other users can read it: mode %i', async (mode, told) => {
    const path = join(createFolder({ token: TOKEN }), 'token');
    chmodSync(path, mode);
    expect((await read(path)).exposed).toEqual(told && { path, mode: told });
  });

  test('gives the reason if it cannot be read', async () => {
    const folder = createFolder({ empty: '\n', huge: 'a'.repeat(70_000) });
    await expect(read(join(folder, 'none'))).rejects.toThrow(unavailable(/cannot be read \(ENOENT\)/));
    await expect(read(folder)).rejects.toThrow(unavailable(/is a folder/));
    await expect(read(join(folder, 'empty'))).rejects.toThrow(unavailable(/is blank/));
    await expect(read(join(folder, 'huge'))).rejects.toThrow(unavailable(/holds more than 65536 bytes/));
  });

  test('is refused at once if it is a device or a pipe', async () => {
    const folder = createFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('/dev/zero', join(folder, 'link'));
    for (const path of ['/dev/zero', '/dev/tty', join(folder, 'link'), join(folder, 'pipe')]) {
      await expect(read(path)).rejects.toThrow(unavailable(/is no regular file|cannot be read/));
    }
  });
});

describe('A token command', () => {
  const sh = (script: string): string[] => ['sh', '-c', script];

  test.each<[string, string, object]>([
    ['the token', `echo '${TOKEN}'`, { token: TOKEN }],
    ['JSON', `echo '{"token":"${TOKEN}"}'`, { token: TOKEN }],
    [
      'JSON with a time',
      `echo ' {"token":"${TOKEN}","expiresAt":"2027-01-01T00:00:00Z"}'`,
      { token: TOKEN, expiresAtMs: Date.UTC(2027, 0) },
    ],
    [
      'JSON with seconds',
      `echo '{"token":"${TOKEN}","expiresAt":1798761600}'`,
      { token: TOKEN, expiresAtMs: Date.UTC(2027, 0) },
    ],
    ['JSON without an end', `echo '{"token":"${TOKEN}","expiresAt":null}'`, { token: TOKEN }],
  ])('may print %s', async (_, script, found) => {
    expect(await sourceOf({ command: sh(script) }).read()).toMatchObject(found);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['is missing', ['no-such-helper'], /cannot be started \(ENOENT\)/],
    ['fails', sh('echo x; exit 7'), /ended with exit code 7/],
    ['is killed', sh('kill -9 $$'), /was ended by SIGKILL/],
    ['prints nothing', sh('true'), /printed nothing/],
    ['prints bad JSON', sh(`echo '{"token":${TOKEN}'`), /JSON that is not valid$/],
    ['prints JSON without a token', sh(`echo '{"tokens":1}'`), /without a text `token`/],
    ['prints a bad time', sh(`echo '{"token":"${TOKEN}","expiresAt":"soon"}'`), /neither an ISO 8601 time nor/],
    [
      'prints milliseconds',
      sh(`echo '{"token":"${TOKEN}","expiresAt":1798761600000}'`),
      /neither an ISO 8601 time nor/,
    ],
    ['prints two words', sh(`echo token ${TOKEN}`), /has white space inside/],
    ['prints without end', ['yes'], /printed more than 65536 bytes/],
  ])('that %s fails with the reason', async (_, command, message) => {
    const error = await sourceOf({ command })
      .read()
      .catch((caught: unknown) => caught);
    expect(error).toEqual(unavailable(message));
    expect(String((error as Error).stack)).not.toMatch(/eyJ|canary/);
  });

  test('that exceeds its timeout is killed with its child processes', async () => {
    const folder = createFolder();
    const command = sh(`sh -c 'echo $$ >${folder}/pid; exec sleep 60' & wait`);
    await expect(sourceOf({ command, commandTimeoutMs: 500 }).read()).rejects.toThrow(
      unavailable(/did not end within 500 ms/),
    );
    // An exited process, reaped or not, has no command line.
    const path = `/proc/${readFileSync(join(folder, 'pid'), 'utf8').trim()}/cmdline`;
    await expect.poll(() => (existsSync(path) ? readFileSync(path, 'utf8') : '')).toBe('');
  });

  test('times out even if another process group keeps its output open', async () => {
    const folder = createFolder();
    const command = sh(`setsid sh -c 'echo $$ >${folder}/pid; exec sleep 60' & echo token`);
    await expect(sourceOf({ command, commandTimeoutMs: 500 }).read()).rejects.toThrow(
      unavailable(/did not end within 500 ms/),
    );
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')));
  });

  test('is killed if the proxy exits', async () => {
    const life = new AbortController();
    const reading = sourceOf({ command: ['sleep', '9'] }, { signal: life.signal }).read();
    life.abort();
    await expect(reading).rejects.toThrow(unavailable(/was ended with the proxy/));
  });

  test('runs without a shell and without standard input', async () => {
    const lines: string[] = [];
    const onStderr = (line: string): void => void lines.push(line);
    const command = ['sh', '-c', `cat; echo "$0" "$1" >&2; echo ${TOKEN}`, '$HOME', '; echo evil'];
    expect(await sourceOf({ command }, { onStderr }).read()).toMatchObject({ token: TOKEN });
    expect(lines).toEqual(['$HOME ; echo evil']);
  });

  test.each(['', '; exit 1'])('logs its standard error without the token from its output%s', async (end) => {
    const lines: string[] = [];
    const onStderr = (line: string): void => void lines.push(line);
    const script = `echo '${TOKEN}'; echo 'unlocking' >&2; echo 'got ${TOKEN}' >&2${end}`;
    await sourceOf({ command: sh(script) }, { onStderr })
      .read()
      .catch(() => undefined);
    expect(lines).toEqual(['unlocking', 'got [redacted]']);
  });
});
