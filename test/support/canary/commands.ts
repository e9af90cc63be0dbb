import { expect } from 'vitest';
import { SETTINGS_FORMATS } from '../../../src/config/render.ts';
import type { Drive, World } from './world.ts';

const keysOf = ({ callerKey, adminKey }: World) => ({
  MKIO_PROXY_CALLER_KEY: callerKey,
  MKIO_PROXY_ADMIN_KEY: adminKey,
});

const HELPS = [
  '',
  'start',
  'demo',
  'sandbox',
  'check',
  'healthcheck',
  'wait',
  'shutdown',
  'key',
  'key new',
  'policy',
  'policy explain',
  'replay',
  'settings',
];

/** Commands that exit by themselves, each with all secrets in reach. */
export const COMMANDS: readonly Drive[] = [
  {
    name: 'help and version',
    commands: ['help'],
    drive: async (world) => {
      const lines = [...HELPS.flatMap((command) => [`${command} --help`]), '--version', 'help check'];
      const env = keysOf(world);
      for (const line of lines) await world.run(line.trim().split(' '), { env });
    },
  },
  {
    name: 'the settings in every format',
    commands: ['settings'],
    drive: async (world) => {
      for (const format of Object.keys(SETTINGS_FORMATS)) {
        await world.run(['settings', '--format', format], { env: keysOf(world) });
      }
    },
  },
  {
    name: 'healthcheck and wait, with and without a proxy',
    commands: ['healthcheck', 'wait'],
    drive: async (world) => {
      const program = await world.start({ env: keysOf(world) });
      for (const port of [new URL(program.admin ?? '').port, '9']) {
        for (const command of [['healthcheck'], ['wait', '--timeout', '1ms'], ['wait', '--timeout', world.token]])
          await world.run(command, { env: { ...keysOf(world), MKIO_PROXY_ADMIN_PORT: port } });
      }
    },
  },
  {
    name: 'shutdown, with a proxy that allows it, with one that refuses, and without a proxy',
    commands: ['shutdown'],
    codes: ['OPERATION_REFUSED', 'PROXY_UNREACHABLE'],
    drive: async (world) => {
      for (const MKIO_PROXY_QUIT of ['off', 'on']) {
        const program = await world.start({ env: { ...keysOf(world), MKIO_PROXY_QUIT } });
        const asked = await fetch(`${program.admin}/quitquitquit?key=${world.adminKey}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${MKIO_PROXY_QUIT === 'off' ? world.adminKey : world.token}` },
        });
        world.collect('answer to POST /quitquitquit', JSON.stringify([...asked.headers]) + (await asked.text()));
        const env = { ...keysOf(world), MKIO_PROXY_ADMIN_PORT: new URL(program.admin ?? '').port };
        for (const key of [world.token, world.adminKey])
          await world.run(['shutdown'], { env: { ...env, MKIO_PROXY_ADMIN_KEY: key } });
        await world.run(['shutdown', '--timeout', world.token], { env });
      }
    },
  },
  {
    name: 'policy explain and policy list',
    commands: ['policy explain', 'policy list'],
    drive: async (world) => {
      const signature = world.keep('a signature');
      const env = { ...keysOf(world), MKIO_PROXY_PROJECTS: 'mine' };
      const words = [
        `POST /user/tokens?sig=${signature}`,
        `GET /x?access_token=${signature}`,
        world.token,
        `/x/${world.token}`,
      ];
      for (const flags of [[], ['--json']]) {
        await world.run(['policy', 'list', ...flags], { env });
        for (const word of words) await world.run(['policy', 'explain', word, ...flags], { env });
      }
    },
  },
  {
    name: 'key new, except for the new key, which it shows once',
    commands: ['key new'],
    drive: async (world) => {
      const { stdout } = await world.run(['key', 'new', 'ci'], { env: keysOf(world) });
      const [, key = ''] = /once:\n\n(\S+)\n/.exec(stdout) ?? [];
      world.allow(world.keep('the new key', key), /^stdout of key new ci$/);
      await world.run(['key', 'new', `name:${world.callerKey}`], { env: keysOf(world) });
    },
  },
  {
    name: 'demo, with any environment',
    commands: ['demo'],
    drive: async (world) => {
      const { code, stdout } = await world.run(['demo', '--once', '--port', '0', '--admin-port', '0'], {
        env: keysOf(world),
      });
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/eyJ[\w-]+\./);
    },
  },
  {
    name: 'sandbox, except for its own token, which it shows once',
    commands: ['sandbox'],
    drive: async (world) => {
      const sandbox = await world.start({ env: keysOf(world) }, ['sandbox', '--port', '0']);
      const [, own = ''] = /^MKIO_TOKEN=(\S+)$/m.exec(sandbox.stdout()) ?? [];
      world.keep('the token of the sandbox', own);
      const line = `GET /api/v1/user/profile?access_token=${own} HTTP/1.1`;
      await world.ask(sandbox, line, 'Host: localhost', `Authorization: Bearer ${own}`);
      await world.ask(sandbox, line, 'Host: localhost', `Authorization: Bearer ${world.token}`);
      await world.finish();
      world.allow(own, /^stdout of sandbox/);
    },
  },
  ...[['words'], ['JSON', '--json']].map(([form, ...flags]): Drive => ({
    name: `check in ${form}, with any answer from MK.IO`,
    commands: ['check'],
    codes: ['UPSTREAM_UNREACHABLE', 'TOKEN_EXPIRED'],
    drive: async (world) => {
      const jwt = world.createToken(9);
      const expired = world.createToken(-9);
      const { origin } = await startTellingUpstream(world);
      const runs = [
        { MKIO_BASE_URL: origin, MKIO_PROJECT: 'told' },
        { MKIO_BASE_URL: origin, MKIO_PROJECT: 'refused', MKIO_TOKEN: jwt },
        { MKIO_BASE_URL: 'http://127.0.0.1:9', MKIO_TOKEN: jwt },
        { MKIO_BASE_URL: origin, MKIO_TOKEN: expired },
        {
          MKIO_BASE_URL: origin,
          MKIO_TOKEN: undefined,
          MKIO_TOKEN_COMMAND: `sh -c 'echo "${jwt} x"; echo "${jwt}" >&2'`,
        },
      ];
      for (const env of runs) await world.run(['check', ...flags], { env: { ...keysOf(world), ...env } });
    },
  })),
];

/** An upstream that echoes the token in the fields that `check` shows. */
const startTellingUpstream = (world: World) =>
  world.serve(({ url, headers }, response) => {
    const told = `${headers.authorization} ${Buffer.from(headers.authorization ?? '').toString('base64')}`;
    const rights = { 'core.project': { [told]: { [told]: [told] } }, 'core.customer': told };
    const body = {
      spec: { loginEmail: told, name: told, displayName: told, organizationId: told, permissions: rights },
      metadata: { name: told, id: told, type: told },
      rbac: rights,
      error: { code: told, detail: told },
    };
    response.writeHead(url?.endsWith('/refused') === true ? 403 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
