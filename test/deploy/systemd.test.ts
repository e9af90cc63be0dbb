import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { parseDuration } from '../../src/config/units.ts';
import { ERRORS } from '../../src/errors.ts';
import { createFolder } from '../support/folder.ts';
import { readHelp } from '../support/image.ts';

const PROGRAM = '/usr/local/bin/mkio-proxy';
const path = resolve(import.meta.dirname, '../../deploy/systemd/mkio-proxy.service');
const unit = readFileSync(path, 'utf8');
const all = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
const one = (name: string): string => {
  const [value, ...others] = all(name);
  if (value === undefined || others.length > 0) throw new Error(`${name} is not there once`);
  return value;
};
const env = Object.fromEntries(
  all('Environment')
    .flatMap((line) => line.split(' '))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
);
const load = () => loadConfig({ env, cwd: createFolder() }).config;

describe('deploy/systemd/mkio-proxy.service', () => {
  describe('to systemd-analyze', { tags: 'systemd' }, () => {
    test('passes systemd-analyze verify', () => {
      const folder = createFolder({ program: '#!/bin/sh\n' });
      chmodSync(join(folder, 'program'), 0o755);
      const file = join(folder, 'mkio-proxy.service');
      // It requires that the programs exist.
      writeFileSync(file, unit.replaceAll(PROGRAM, join(folder, 'program')));
      const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
      expect(verified).toMatchObject({ status: 0, stderr: '' });
    });

    test('has an exposure level of at most 1.1', () => {
      // The unit is tenths.
      const judged = spawnSync(
        'systemd-analyze',
        ['security', '--offline=true', '--no-pager', '--threshold=11', path],
        {
          encoding: 'utf8',
        },
      );
      expect(judged.status, judged.stdout).toBe(0);
    });
  });

  test('has settings that the proxy starts with, and the token as a credential', () => {
    const [id, source] = one('LoadCredential').split(':');
    expect(source).toBe('/etc/mkio-proxy/token');
    expect(load()).toMatchObject({
      token: { file: `%d/${id}` },
      listener: { host: '127.0.0.1' },
      capture: { mode: 'off' },
    });
  });

  test('uses only commands and options of the program', async () => {
    for (const line of [one('ExecStart'), one('ExecStartPost')]) {
      const [program, command = '', ...words] = line.split(' ');
      expect(program).toBe(PROGRAM);
      const help = await readHelp(command);
      for (const flag of words.filter((word) => word.startsWith('--'))) expect(help).toContain(flag);
    }
    expect(one('ExecReload')).toBe('/bin/kill -HUP $MAINPID');
  });

  test('gives the proxy more time to stop than it needs', () => {
    const { drainTimeoutMs, prestopDelayMs } = load().listener;
    expect(parseDuration(one('TimeoutStopSec'))).toBeGreaterThan(drainTimeoutMs + prestopDelayMs);
  });

  test('does not restart after invalid settings', () => {
    expect(one('RestartPreventExitStatus')).toBe(String(ERRORS.CONFIG_INVALID.exit));
    expect(one('SuccessExitStatus')).toBe('143');
  });

  test('allows netlink, which lists the addresses of the machine', () => {
    expect(one('RestrictAddressFamilies')).toContain('AF_NETLINK');
  });

  test('forbids core dumps and limits memory', () => {
    expect(one('LimitCORE')).toBe('0');
    expect(one('MemoryMax')).toBe('128M');
    const image = readFileSync(resolve(import.meta.dirname, '../../Dockerfile'), 'utf8');
    for (const limit of [env.NODE_OPTIONS, `MALLOC_ARENA_MAX=${env.MALLOC_ARENA_MAX}`]) expect(image).toContain(limit);
    expect(one('DynamicUser')).toBe('yes');
  });
});
