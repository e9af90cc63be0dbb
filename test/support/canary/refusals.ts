import { openRaw } from '../raw.ts';
import { startRedis } from '../redis.ts';
import type { Drive, World } from './world.ts';

/** A head with the token in every line that a log or answer may quote. */
const headOf = ({ token }: World, line: string, ...lines: string[]): string =>
  [
    `${line} HTTP/1.1`,
    'Host: localhost',
    `User-Agent: ${token}`,
    `X-Request-Id: ${token}`,
    `X-Ms-Token: ${token}`,
    `Authorization: Bearer ${token}`,
    `Cookie: token=${token}`,
    'Connection: close',
    ...lines,
    '\r\n',
  ].join('\r\n');

export const REFUSALS: readonly Drive[] = [
  {
    name: 'refusals of requests that contain the token',
    commands: ['start'],
    codes: [
      'TARGET_INVALID',
      'HOST_REFUSED',
      'ORIGIN_REFUSED',
      'NAVIGATION_REFUSED',
      'OPERATION_REFUSED',
      'PROJECT_REFUSED',
      'NOT_FORWARDED',
      'METHOD_REFUSED',
      'UPGRADE_REFUSED',
      'CODING_REFUSED',
      'EXPECTATION_REFUSED',
      'BODY_TOO_LARGE',
      'HEADERS_TOO_LARGE',
      'REQUEST_TIMEOUT',
    ],
    drive: async (world) => {
      const { token } = world;
      const { origin } = await world.serve();
      const program = await world.start({
        env: {
          MKIO_BASE_URL: origin,
          MKIO_PROXY_PROJECTS: 'mine',
          MKIO_PROXY_MAX_BODY: '1KB',
          MKIO_PROXY_CALLER_TIMEOUT: '300ms',
        },
      });
      const x = `/api/v1/projects/mine/${token}?q=${token}`;
      const heads = [
        headOf(world, `GET /api/v1/../${token}`),
        headOf(world, `GET ${token}`),
        headOf(world, `GET ${x}`, `Host: ${token}`),
        headOf(world, `GET http://evil.example/${token}`),
        headOf(world, `GET ${x}`, `Origin: https://${token}`),
        headOf(world, `GET ${x}`, `Sec-Fetch-Site: ${token}`),
        headOf(world, `GET ${x}`, 'Sec-Fetch-Site: none'),
        headOf(world, `GET /api/v1/projects/${token}`),
        headOf(world, `PUT /api/v1/projects/mine?q=${token}`),
        headOf(world, `GET /${token}`),
        headOf(world, `TRACE ${x}`),
        headOf(world, `${token.replace(/\W/g, '')} ${x}`),
        headOf(world, `CONNECT ${token}`),
        headOf(world, `GET ${x}`, 'Connection: upgrade', `Upgrade: ${token}`),
        headOf(world, `POST ${x}`, `Transfer-Encoding: ${token}, chunked`),
        headOf(world, `POST ${x}`, 'Transfer-Encoding: gzip, chunked'),
        headOf(world, `POST ${x}`, `Expect: ${token}`, 'Content-Length: 0'),
        headOf(world, `POST ${x}`, 'Content-Length: 2000'),
        headOf(world, `POST ${x}`, `Content-Length: ${token}`),
        headOf(world, `GET ${x}`, `X-Long: ${token.repeat(200)}`),
        headOf(world, `GET ${x}`, `${token}: x`),
        headOf(world, `POST ${x}`, 'Transfer-Encoding: chunked') + `${token}\r\n`,
        headOf(world, `POST ${x}`, 'Content-Length: 900') + token,
        headOf(world, `GET ${x}`).slice(0, -2),
        `${token}\r\n\r\n`,
      ];
      for (const head of heads) await world.send(program, head);
    },
  },
  ...['open', 'closed'].map((outcome): Drive => ({
    name: `a Redis with a password that stops and returns, if failure is ${outcome}`,
    commands: ['start'],
    tags: ['redis'],
    codes: outcome === 'open' ? ['RATE_LIMITED'] : ['RATE_LIMITED', 'BUSY'],
    drive: async (world) => {
      const password = world.keep('the password of Redis');
      const redis = await startRedis({ password });
      world.keep('the address of Redis', redis.url);
      const wrong = world.keep('a wrong password of Redis');
      for (const url of [redis.url, redis.url.replace(password, wrong)]) {
        const program = await world.start({
          env: {
            MKIO_BASE_URL: (await world.serve((_, response) => response.end('{}'))).origin,
            MKIO_PROXY_REDIS_URL: url,
            MKIO_PROXY_REDIS_FAILURE: outcome,
            MKIO_PROXY_RATE_LIMIT: '1',
            DEBUG: '*',
          },
        });
        const ask = () => world.ask(program, `GET /api/v1/x?q=${url} HTTP/1.1`, 'Host: localhost');
        await ask();
        await ask();
        if (url === redis.url) await redis.kill();
        await ask();
      }
      for (const url of [`http://:${password}@x`, `redis://:${password}%@x`, password])
        await world.run(['start'], { env: { MKIO_PROXY_REDIS_URL: url } });
    },
  })),
  {
    name: 'refusals of requests over a limit',
    commands: ['start'],
    codes: ['RATE_LIMITED', 'BUSY'],
    drive: async (world) => {
      const { callerKey } = world;
      const program = await world.start({
        env: {
          MKIO_BASE_URL: (await world.serve()).origin,
          MKIO_PROXY_CALLER_KEY: callerKey,
          MKIO_PROXY_RATE_LIMIT: '1',
          MKIO_PROXY_MAX_CONNECTIONS: '2',
        },
      });
      const line = `GET /api/v1/x?q=${callerKey} HTTP/1.1`;
      const ask = () => world.ask(program, line, 'Host: localhost', `Authorization: Bearer ${callerKey}`);
      await ask();
      await ask();
      for (let held = 0; held < 2; held++) await openRaw(program.port);
      await ask();
    },
  },
];
