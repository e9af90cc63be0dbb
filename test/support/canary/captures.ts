import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { ENCODINGS } from './encodings.ts';
import { createFolder } from '../folder.ts';
import type { CanaryProgram, Drive, World } from './world.ts';

const JSON_TYPE = 'application/json';

/** Sends one request with a body of this type. */
const post = (world: World, program: CanaryProgram, body: string, type = JSON_TYPE): Promise<string> =>
  world.send(
    program,
    [
      'PUT /api/v1/projects/p/media/assets/a HTTP/1.1',
      'Host: localhost',
      `Content-Type: ${type}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );

/** The captured data of all exchanges, from the admin listener. */
async function readCaptured({ admin }: CanaryProgram): Promise<string> {
  const { exchanges } = (await (await fetch(`${admin}/exchanges?limit=1000`)).json()) as {
    exchanges: { id: string }[];
  };
  const texts = exchanges.flatMap(({ id }) =>
    ['', '/body/request', '/body/response'].map(async (part) =>
      (await fetch(`${admin}/exchanges/${id}${part}`)).text(),
    ),
  );
  return (await Promise.all(texts)).join('\n');
}

async function readExchanges({ admin }: Pick<CanaryProgram, 'admin'>, key = ''): Promise<{ readonly id: string }[]> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${admin}/exchanges`, { headers });
  return ((await answer.json()) as { exchanges: { id: string }[] }).exchanges;
}

/** Replays all captured exchanges with these edits. */
async function replayAll(world: World, { admin }: CanaryProgram, body: string | undefined): Promise<void> {
  const exchanges = await readExchanges({ admin });
  const { header, value } = (await (await fetch(`${admin}/session`)).json()) as { header: string; value: string };
  const headers = { [header]: value, 'content-type': JSON_TYPE };
  for (const { id } of exchanges) {
    const init = { method: 'POST', headers, ...(body !== undefined && { body }) };
    const answer = await fetch(`${admin}/exchanges/${id}/replay`, init);
    world.collect(`replay of ${id}`, `${JSON.stringify([...answer.headers])}\n${await answer.text()}`);
  }
}

/** Captured data: each drive ends with a read of every endpoint of the admin listener for every exchange. */
export const CAPTURES: readonly Drive[] = [
  {
    name: 'captured headers and bodies with secrets, and invalid requests to the admin listener',
    commands: ['start'],
    codes: ['QUERY_INVALID', 'EXCHANGE_UNKNOWN', 'SESSION_REQUIRED'],
    drive: async (world) => {
      const { token } = world;
      const sent = world.keep('a storage key', randomBytes(32).toString('base64url'));
      const upstream = await world.serve((_, response) => {
        const body = gzipSync(JSON.stringify({ note: 'kept', clientSecret: sent, echoed: token }));
        const headers = { 'content-type': JSON_TYPE, 'content-encoding': 'gzip', 'x-ms-token': sent };
        response.writeHead(404, { ...headers, 'content-length': body.length }).end(body);
      });
      const program = await world.start({ env: { MKIO_BASE_URL: upstream.origin } });
      await post(world, program, JSON.stringify({ spec: { note: 'kept', password: sent, text: token } }));
      await post(world, program, `note=kept&password=${sent}&x=${token}`, 'application/x-www-form-urlencoded');
      await post(world, program, `${token}${sent}`, 'application/octet-stream');
      await post(world, program, Buffer.from(token, 'utf16le').toString('latin1'), 'text/plain; charset=utf-16');
      for (const encode of Object.values(ENCODINGS)) await post(world, program, `kept ${encode(token)}`, 'text/plain');
      // In the header and in the body.
      world.allow(sent, /^(?:content of the )?answer to PUT/);
      world.allow(sent, /^(?:content of the )?answer to PUT/);
      await expect.poll(() => readCaptured(program)).toContain('kept');
      const headers = { 'x-mkio-proxy-session': token };
      const refused = await fetch(`${program.admin}/exchanges`, { method: 'DELETE', headers });
      world.collect('DELETE /exchanges', await refused.text());
    },
  },
  {
    name: 'captured bodies truncated within a secret, at any place and in any encoding',
    commands: ['start'],
    drive: async (world) => {
      const { token } = world;
      const cap = 2_000;
      const { origin } = await world.serve((_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
      });
      const program = await world.start({ env: { MKIO_BASE_URL: origin, MKIO_PROXY_CAPTURE_BODY: `${cap}B` } });
      for (const encode of Object.values(ENCODINGS)) {
        const written = encode(token);
        for (const inside of [20, Math.floor(written.length / 2)]) {
          if (inside < cap - 20)
            await post(world, program, `kept ${'a '.repeat(cap).slice(0, cap - inside - 5)}${written} b`, 'text/plain');
        }
      }
      const text = await readCaptured(program);
      expect(text).toContain('kept');
      expect(text).toContain('"cut":true');
    },
  },
  {
    name: 'replays of exchanges with secrets, with any edits',
    commands: ['start'],
    codes: ['REPLAY_INVALID', 'REPLAY_INCOMPLETE', 'REPLAY_REFUSED'],
    drive: async (world) => {
      const { token, callerKey, adminKey } = world;
      const { origin } = await world.serve();
      const program = await world.start({ env: { MKIO_BASE_URL: origin } });
      await post(world, program, JSON.stringify({ note: 'kept' }));
      await post(world, program, JSON.stringify({ note: 'kept', password: adminKey, text: token }));
      const guarded = await world.start({ env: { MKIO_BASE_URL: origin, MKIO_PROXY_CALLER_KEY: callerKey } });
      await post(world, guarded, '{}');
      const edits = [
        undefined,
        JSON.stringify({ body: token, headers: [['x-ms-useragent', token]], target: `/api/v1/projects?x=${token}` }),
        JSON.stringify({ [token]: token }),
        JSON.stringify({ method: token, target: token, headers: [[token, `${token}\n`]] }),
        token,
      ];
      for (const each of [program, guarded]) for (const body of edits) await replayAll(world, each, body);
    },
  },
  {
    name: 'several full log files',
    commands: ['start'],
    drive: async (world) => {
      const { token } = world;
      const { origin } = await world.serve((_, response) => response.destroy());
      const folder = createFolder();
      const env = {
        MKIO_PROXY_LOG_FILE: join(folder, 'a.log'),
        MKIO_PROXY_LOG_FILE_SIZE: '1KB',
        MKIO_PROXY_LOG_FILE_COUNT: '99',
        LOG_FORMAT: 'pretty',
      };
      const program = await world.start({ env: { MKIO_BASE_URL: origin, ...env } });
      const readAll = (): string =>
        readdirSync(folder)
          .map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`)
          .join('\n');
      const spellings = Object.values(ENCODINGS).map((encode) => encode(token));
      for (const written of spellings.filter((text) => /^[\x21-\x7e]+$/.test(text))) {
        await world.ask(program, `GET /api/v1/x?a=${written} HTTP/1.1`, 'Host: localhost');
      }
      await expect.poll(readAll).toContain('a.3.log');
      await world.finish();
      world.collect('files of the log', readAll());
    },
  },
  {
    name: 'tail, export and replay of exchanges with secrets, with bodies, in every format',
    commands: ['tail', 'export', 'replay'],
    codes: ['PROXY_UNREACHABLE'],
    drive: async (world) => {
      const { token, adminKey } = world;
      const { origin } = await world.serve();
      const program = await world.start({ env: { MKIO_BASE_URL: origin, MKIO_PROXY_ADMIN_KEY: adminKey } });
      const env = { MKIO_PROXY_ADMIN_KEY: adminKey, MKIO_PROXY_ADMIN_PORT: new URL(program.admin ?? '').port };
      const tails = [[], ['--json']].map((flags) => world.follow(['tail', '--bodies', ...flags], { env }));
      const askAndRead = async (): Promise<string[]> => {
        await post(world, program, JSON.stringify({ note: 'kept', password: adminKey, text: token }));
        return tails.map(({ stdout }) => stdout());
      };
      const kept = expect.stringContaining('kept') as string;
      await expect.poll(askAndRead, { timeout: 10_000, interval: 300 }).toEqual([kept, kept]);
      await world.run(['export', '--har', '-'], { env });
      await world.run(['export', '--har', 'a.har'], { env });
      await world.run(['export', '--har', `nowhere/${token}`], { env });
      const id = (await readExchanges(program, adminKey))[0]?.id ?? '';
      const edits = ['--body', 'nowhere', '--header', `x-ms-useragent: ${token}`, '--target', `/api/v1/x?a=${token}`];
      const runs = [[id], [id, '--json'], [token], [id, ...edits.slice(2)], [id, ...edits], [id, '--header', token]];
      for (const words of runs) await world.run(['replay', ...words], { env });
      await world.run(['tail', '--filter', `${token}:x`], { env });
      await world.run(['tail'], { env: { ...env, MKIO_PROXY_ADMIN_PORT: '9' } });
      await world.run(['tail'], { env: { ...env, MKIO_PROXY_ADMIN_KEY: token } });
    },
  },
];
