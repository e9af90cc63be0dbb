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
        // It has ended meanwhile.
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
  test('is the setting', async () => {
    const source = sourceOf({ value: ` ${TOKEN}\n` });
    expect(source.name).toBe('MKIO_TOKEN (.env)');
    expect(await source.read()).toEqual({ token: TOKEN });
  });

  test('that is missing says which settings give one', () => {
    expect(() => sourceOf({})).toThrow(
      unavailable(/none of MKIO_TOKEN, MKIO_TOKEN_FILE and MKIO_TOKEN_COMMAND is set/),
    );
  });

  test('is standard input, to its end', async () => {
    const source = sourceOf(
      { file: '-' },
      { stdin: () => Readable.from([Buffer.from(TOKEN.slice(0, 9)), Buffer.from(`${TOKEN.slice(9)}\n`)]) },
    );
    expect(source.name).toBe('MKIO_TOKEN_FILE - (flag --token-file)');
    expect(await source.read()).toEqual({ token: TOKEN });
  });

  test('is masked before any other use', async () => {
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
  ])('is one that others can read, or not, with mode %i', async (mode, told) => {
    const path = join(createFolder({ token: TOKEN }), 'token');
    chmodSync(path, mode);
    expect((await read(path)).exposed).toEqual(told && { path, mode: told });
  });

  test('that cannot be read says why', async () => {
    const folder = createFolder({ empty: '\n', huge: 'a'.repeat(70_000) });
    await expect(read(join(folder, 'none'))).rejects.toThrow(unavailable(/cannot be read \(ENOENT\)/));
    await expect(read(folder)).rejects.toThrow(unavailable(/is a folder/));
    await expect(read(join(folder, 'empty'))).rejects.toThrow(unavailable(/is blank/));
    await expect(read(join(folder, 'huge'))).rejects.toThrow(unavailable(/holds more than 65536 bytes/));
  });

  test('that never ends or never begins is refused at once', async () => {
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
  ])('prints %s', async (_, script, found) => {
    expect(await sourceOf({ command: sh(script) }).read()).toMatchObject(found);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['is not there', ['no-such-helper'], /cannot be started \(ENOENT\)/],
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
  ])('that %s gives none, and says why', async (_, command, message) => {
    const error = await sourceOf({ command })
      .read()
      .catch((caught: unknown) => caught);
    expect(error).toEqual(unavailable(message));
    expect(String((error as Error).stack)).not.toMatch(/eyJ|canary/);
  });

  test('that takes too long is ended, with whatever it started', async () => {
    const folder = createFolder();
    const command = sh(`sh -c 'echo $$ >${folder}/pid; exec sleep 60' & wait`);
    await expect(sourceOf({ command, commandTimeoutMs: 500 }).read()).rejects.toThrow(
      unavailable(/did not end within 500 ms/),
    );
    // What has ended, reaped or not, has no command line any more.
    const path = `/proc/${readFileSync(join(folder, 'pid'), 'utf8').trim()}/cmdline`;
    await expect.poll(() => (existsSync(path) ? readFileSync(path, 'utf8') : '')).toBe('');
  });

  test('whose output is held open from another process group is not waited for beyond its limit', async () => {
    const folder = createFolder();
    const command = sh(`setsid sh -c 'echo $$ >${folder}/pid; exec sleep 60' & echo token`);
    await expect(sourceOf({ command, commandTimeoutMs: 500 }).read()).rejects.toThrow(
      unavailable(/did not end within 500 ms/),
    );
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')));
  });

  test('that still runs is ended with the proxy', async () => {
    const life = new AbortController();
    const reading = sourceOf({ command: ['sleep', '9'] }, { signal: life.signal }).read();
    life.abort();
    await expect(reading).rejects.toThrow(unavailable(/was ended with the proxy/));
  });

  test('is run without a shell and without standard input', async () => {
    const lines: string[] = [];
    const onStderr = (line: string): void => void lines.push(line);
    const command = ['sh', '-c', 'cat; echo "$0" "$1" >&2; echo token-token', '$HOME', '; echo evil'];
    expect(await sourceOf({ command }, { onStderr }).read()).toMatchObject({ token: 'token-token' });
    expect(lines).toEqual(['$HOME ; echo evil']);
  });

  test.each(['', '; exit 1'])(
    'tells the log what it says on standard error, without what it printed%s',
    async (end) => {
      const lines: string[] = [];
      const onStderr = (line: string): void => void lines.push(line);
      const script = `echo '${TOKEN}'; echo 'unlocking' >&2; echo 'got ${TOKEN}' >&2${end}`;
      await sourceOf({ command: sh(script) }, { onStderr })
        .read()
        .catch(() => undefined);
      expect(lines).toEqual(['unlocking', 'got [redacted]']);
    },
  );
});
