import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPTION_KEYS, OPTIONS, flagOf, optionOf } from '../../../src/config/options.ts';
import type { Drive } from './world.ts';

const PUBLIC = OPTION_KEYS.filter((key) => optionOf(key).secret !== true);

/** Failed starts: each reports the reason, and none quotes the value. */
export const STARTS: readonly Drive[] = [
  {
    name: 'a start with the token in every other setting',
    commands: ['start', 'check'],
    codes: ['CONFIG_INVALID'],
    drive: async (world) => {
      const jwt = world.createToken(9);
      const env = Object.fromEntries(PUBLIC.map((key) => [OPTIONS[key].env, jwt]));
      const settings = JSON.stringify({
        ...Object.fromEntries(PUBLIC.map((key) => [key, jwt])),
        token: jwt,
        mkioToken: jwt,
      });
      const flags = PUBLIC.flatMap((key) => [flagOf(key) ?? '', jwt]);
      const config = { MKIO_PROXY_CONFIG: 'settings.json' };
      for (const command of [['start'], ['check'], ['check', '--json']]) {
        await world.run(command, { env });
        await world.run(command, { env: { ...env, ...config }, files: { 'settings.json': settings } });
        await world.run(command, { env: config, files: { 'settings.json': settings } });
        await world.run([...command, ...flags], { env: { LOG_LEVEL: 'debug' } });
      }
    },
  },
  {
    name: 'a start with a secret as the invalid value of each setting',
    commands: ['start'],
    codes: ['CONFIG_INVALID'],
    drive: async (world) => {
      const { token, callerKey } = world;
      const password = world.keep('a password');
      await world.run(['start'], {
        env: {
          MKIO_BASE_URL: `https://user:${password}@app.mk.io/${token}`,
          MKIO_PROXY_PORT: token,
          MKIO_PROXY_CALLER_KEY: `${callerKey} ${callerKey}`,
          MKIO_PROXY_POLICY_ALLOW: `GET /x?sig=${password}`,
          MKIO_PROXY_ALLOWED_ORIGINS: `https://${password}@page.example`,
          MKIO_PROXY_TOKEN: token,
          MKIO_PROXY_HEADERS_TIMEOUT: password,
        },
        files: { '.env': `MKIO_TOKN=${token}\nMKIO_PROXY_CALLERKEY=${callerKey}\n` },
      });
    },
  },
  {
    name: 'a command line with the token in it',
    commands: ['start', 'check', 'key new', 'settings'],
    codes: ['CONFIG_INVALID'],
    drive: async (world) => {
      const { token } = world;
      const jwt = world.createToken(9);
      const lines = [
        [token],
        ['start', token],
        ['start', `--token=${token}`],
        ['start', '--token', token],
        [`--${jwt}`],
        ['check', `--json=${token}`],
        ['key', token],
        ['key', 'new', token],
        ['policy', jwt],
        ['settings', '--format', token],
        ['sandbox', '--port', jwt],
        ['sandbox', '--rate-limit', token],
      ];
      for (const line of lines) await world.run(line, { env: { LOG_LEVEL: 'debug' } });
    },
  },
  {
    name: 'a start with invalid files that contain secrets',
    commands: ['start'],
    codes: ['CONFIG_INVALID', 'TOKEN_UNAVAILABLE'],
    drive: async (world) => {
      const { token, callerKey } = world;
      const files = {
        broken: `{"token":"${token}"`,
        keys: `ci:${callerKey}\n${callerKey}\n`,
        bearer: `Bearer ${token}`,
        lines: `${token}\n${callerKey}`,
        'folder/x': '',
      };
      const wrong = [
        { MKIO_PROXY_CONFIG: 'broken' },
        { MKIO_PROXY_POLICY: './broken' },
        { MKIO_PROXY_CALLER_KEYS_FILE: 'keys' },
        { MKIO_PROXY_CALLER_KEYS_FILE: 'folder' },
        ...['bearer', 'lines', 'folder', 'nowhere'].map((file) => ({ MKIO_TOKEN_FILE: file, MKIO_TOKEN: undefined })),
        { MKIO_TOKEN: `Bearer ${token}` },
        { MKIO_TOKEN: `${token}\u0007` },
        { MKIO_TOKEN: undefined },
        { MKIO_TOKEN_FILE: 'bearer' },
      ];
      for (const env of wrong) {
        await world.run(['start'], { env: { MKIO_PROXY_PORT: '0', LOG_LEVEL: 'debug', ...env }, files });
      }
    },
  },
  {
    name: 'a start that waits for its token and first reads an invalid one',
    commands: ['start'],
    codes: ['TOKEN_UNAVAILABLE'],
    drive: async (world) => {
      const { token } = world;
      const env = {
        MKIO_TOKEN: undefined,
        MKIO_TOKEN_FILE: 'token',
        MKIO_PROXY_WAIT_FOR_TOKEN: 'yes',
        MKIO_PROXY_PORT: '0',
        MKIO_PROXY_ADMIN_PORT: '0',
      };
      const started = world.follow(['start'], { env, files: { token: `Bearer ${token}` } });
      const [, port] = await started.printed(/"event":"waiting","address":"http:[^:]*:(\d+)"/);
      await world.ask({ port: Number(port) }, `GET /api/v1/x?token=${token} HTTP/1.1`, 'Host: localhost');
      writeFileSync(join(started.folder, 'token'), token);
      await started.printed(/"event":"ready"/);
      rmSync(join(started.folder, 'token'));
    },
  },
  {
    name: 'a start with its port taken, its token expired or TLS verification off',
    commands: ['start'],
    codes: ['LISTEN_FAILED', 'TOKEN_EXPIRED', 'CONFIG_INVALID'],
    drive: async (world) => {
      const { port } = await world.serve();
      const expired = world.createToken(-1);
      for (const env of [
        { MKIO_PROXY_PORT: String(port), MKIO_PROXY_ADMIN_PORT: 'off' },
        { MKIO_PROXY_PORT: '0', MKIO_PROXY_ADMIN_PORT: String(port) },
        { MKIO_PROXY_SOCKET: 'no/such/place', MKIO_PROXY_ADMIN_PORT: 'off' },
        { MKIO_TOKEN: expired },
        { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
        { MKIO_PROXY_HOST: '0.0.0.0' },
      ]) {
        await world.run(['start'], { env: { LOG_LEVEL: 'debug', ...env } });
      }
    },
  },
];
