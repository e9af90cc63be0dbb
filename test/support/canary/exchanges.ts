import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { renderCallerLine, hashKey } from '../../../src/access/callers.ts';
import { ENCODINGS } from './encodings.ts';
import { ECHOES } from './upstream.ts';
import type { Drive } from './world.ts';
import { createJwt } from './world.ts';

/** Names of query parameters with secrets. */
const PARAMETERS = ['sig', 'token', 'access_token', 'jwt', 'key', 'passphrase', 'X-Amz-Signature', 'code'];

/** Start settings; the rest are the world's defaults. */
const WAYS = [
  { name: 'by environment', env: {}, files: {} },
  { name: 'by environment, in pretty lines', env: { LOG_FORMAT: 'pretty' }, files: {} },
  { name: 'by file', env: { MKIO_TOKEN: undefined, MKIO_TOKEN_FILE: 'secret' }, files: { secret: '$TOKEN\n' } },
  { name: 'by .env', env: { MKIO_TOKEN: undefined }, files: { '.env': 'MKIO_TOKEN=$TOKEN\n' } },
  {
    name: 'by a settings file that names its file',
    env: { MKIO_TOKEN: undefined, MKIO_PROXY_CONFIG: 's.json' },
    files: { 's.json': '{"tokenFile":"secret"}', secret: '$TOKEN' },
  },
] as const;

const STARTED: readonly Drive[] = WAYS.map(({ name, env, files }) => ({
  name: `a start with the token ${name}, and plain exchanges`,
  commands: ['start'],
  codes: ['CALLER_UNAUTHENTICATED', 'NOT_FORWARDED', 'OPERATION_REFUSED'],
  drive: async (world) => {
    const { token, callerKey, adminKey } = world;
    const filed = world.keep('the key of a file', `mkp_${randomBytes(32).toString('base64url')}`);
    const { origin } = await world.serve();
    const program = await world.start({
      env: {
        MKIO_BASE_URL: origin,
        MKIO_PROXY_CALLER_KEY: callerKey,
        MKIO_PROXY_CALLER_KEYS_FILE: 'keys',
        MKIO_PROXY_ADMIN_KEY: adminKey,
        ...env,
      },
      files: {
        ...Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replace('$TOKEN', token)])),
        keys: renderCallerLine({ name: 'ci', sha256: hashKey(filed) }),
      },
    });
    const ask = (line: string, key: string) =>
      world.ask(program, `${line} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${key}`, 'Content-Length: 0');
    for (const key of [callerKey, filed]) {
      expect(await ask('GET /api/v1/projects', key)).toMatch(/^HTTP\/1\.1 200 /);
      await ask('POST /api/v1/user/tokens', key);
      await ask('GET /elsewhere', key);
    }
    expect(await ask(`GET /api/v1/x/${callerKey}/${filed}?access_token=${filed}&q=${token}`, callerKey)).toContain(
      ' 200 ',
    );
    await ask('GET /api/v1/projects', token);
    await ask('GET /api/v1/projects', adminKey);
    await program.printed(/redacted/);
  },
}));

export const EXCHANGES: readonly Drive[] = [
  ...STARTED,
  {
    name: 'requests with secrets in every possible place',
    commands: ['start'],
    drive: async (world) => {
      const { token } = world;
      const other = world.keep("a caller's own credential");
      const program = await world.start({ env: { MKIO_BASE_URL: (await world.serve()).origin } });
      const lines = [`User-Agent: ${token}`, `X-Request-Id: ${token}`, `X-Ms-Anything: ${token}`, `Cookie: a=${other}`];
      for (const encode of Object.values(ENCODINGS)) {
        const path = `/api/v1/x?q=${encode(token)}`;
        await world.ask(program, `GET ${path} HTTP/1.1`, 'Host: localhost', ...lines);
      }
      for (const name of PARAMETERS) {
        await world.ask(program, `GET /api/v1/x?a=b&${name}=${other}&c HTTP/1.1`, 'Host: localhost', ...lines);
      }
      await world.ask(
        program,
        `GET /api/v1/${token} HTTP/1.1`,
        'Host: localhost',
        `Referer: http://localhost/${token}`,
      );
      await world.ask(program, `GET /api/v1/x HTTP/1.1`, 'Host: localhost', `Authorization: Basic ${other}`);
      await world.ask(program, `GET http://user:${other}@localhost/api/v1/x HTTP/1.1`, 'Host: localhost');
    },
  },
  {
    name: 'answers that echo the token',
    commands: ['start'],
    drive: async (world) => {
      const upstream = await world.serve();
      const program = await world.start({ env: { MKIO_BASE_URL: upstream.origin } });
      for (const place of Object.keys(ECHOES)) {
        for (const number of Object.keys(ENCODINGS).keys()) {
          await world.ask(program, `GET /api/v1/echo/${number}/${place} HTTP/1.1`, 'Host: localhost');
        }
      }
      expect(upstream.seen).toHaveLength(Object.keys(ECHOES).length * Object.keys(ENCODINGS).length);
    },
  },
  {
    name: "secrets in MK.IO's JSON, but for the answer to whoever asked",
    commands: ['start'],
    drive: async (world) => {
      const minted = world.keep('a minted JWT', createJwt(9));
      const sent = world.keep('a storage key');
      const { origin } = await world.serve((_, response) => {
        response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': `session=${sent}` });
        response.end(JSON.stringify({ metadata: { id: '1', type: 'restricted', JWT: minted } }));
      });
      const env = { MKIO_BASE_URL: origin, MKIO_PROXY_POLICY_ALLOW: 'POST /user/tokens' };
      const body = JSON.stringify({ spec: { credential: sent } });
      const lines = ['Host: localhost', 'Content-Type: application/json', `Content-Length: ${body.length}`];
      const program = await world.start({ env });
      await world.send(
        program,
        ['POST /api/v1/user/tokens HTTP/1.1', ...lines, 'Connection: close', '', body].join('\r\n'),
      );
      world.allow(minted, /answer to POST \/api\/v1\/user\/tokens/);
    },
  },
];
