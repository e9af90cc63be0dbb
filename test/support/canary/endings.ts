import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { Drive } from './world.ts';

/** A script that runs before the program's own code. */
const inProgram = (script: string): readonly string[] => [
  '--import',
  `data:text/javascript,${encodeURIComponent(script)}`,
];

/** An error that quotes the secrets. They are read at once, because the program removes them from its environment. */
const WITH_ERROR = `const quoted = process.env.MKIO_TOKEN + ' ' + process.env.MKIO_PROXY_CALLER_KEY;
  const createError = () => new Error(quoted);`;

const CRASHES: readonly (readonly [string, string])[] = [
  ['an exception', 'throw createError()'],
  ['a rejection', 'void Promise.reject(createError())'],
  ['a warning', 'process.emitWarning("before the crash"); process.nextTick(() => { throw createError() })'],
];

export const ENDINGS: readonly Drive[] = [
  ...CRASHES.map(([what, statement]): Drive => ({
    name: `a crash by ${what} that quotes the secrets, its reports included`,
    commands: ['start'],
    codes: ['INTERNAL'],
    drive: async (world) => {
      const script = `${WITH_ERROR} process.on('SIGUSR2', () => { ${statement} })`;
      const program = await world.start({
        env: { MKIO_PROXY_CALLER_KEY: world.callerKey, LOG_LEVEL: 'debug' },
        nodeArgs: ['--report-uncaught-exception', '--report-directory=tmp', ...inProgram(script)],
      });
      program.child.kill('SIGUSR2');
      expect((await program.ended).code).toBe(1);
      expect(program.stderr()).toContain('[redacted] [redacted]');
    },
  })),
  {
    name: 'a defect during an exchange',
    commands: ['start'],
    codes: ['INTERNAL'],
    drive: async (world) => {
      const script = `${WITH_ERROR}
        const { has } = Set.prototype;
        Set.prototype.has = function (value) {
          if (value === 'x-defect') throw createError();
          return has.call(this, value);
        };`;
      const { callerKey } = world;
      const env = { MKIO_BASE_URL: (await world.serve()).origin, MKIO_PROXY_CALLER_KEY: callerKey };
      const program = await world.start({ env, nodeArgs: inProgram(script) });
      const lines = ['Host: localhost', 'X-Defect: 1', `Authorization: Bearer ${callerKey}`];
      const answer = await world.ask(program, 'GET /api/v1/x HTTP/1.1', ...lines);
      expect(answer).toMatch(/^HTTP\/1\.1 500 /);
      await program.printed(/"message":"\[redacted\] \[redacted\]"/);
    },
  },
  {
    name: 'spans of exchanges that carry secrets',
    commands: ['start'],
    codes: ['UPSTREAM_INVALID', 'OPERATION_REFUSED'],
    drive: async (world) => {
      const { token, callerKey } = world;
      const script = `import sdk from '${pathToFileURL(createRequire(import.meta.url).resolve('@opentelemetry/sdk-trace-node')).href}';
        import { appendFileSync } from 'node:fs';
        const show = ({ name, status, attributes, events, links }) =>
          appendFileSync('spans', JSON.stringify([name, status, attributes, events, links]) + '\\n');
        const exporter = { export: (spans, done) => { spans.forEach(show); done({ code: 0 }) }, shutdown: async () => {} };
        new sdk.NodeTracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor(exporter)] }).register();`;
      const broken = await world.serve((_, response) => response.socket?.end(`HTTP/1.1 ${token} ${token}\r\n\r\n`));
      for (const { origin } of [await world.serve(), broken]) {
        const env = { MKIO_BASE_URL: origin, MKIO_PROXY_CALLER_KEY: callerKey };
        const program = await world.start({ env, nodeArgs: inProgram(script) });
        const lines = ['Host: localhost', `Authorization: Bearer ${callerKey}`, `User-Agent: ${token} ${callerKey}`];
        const path = `/api/v1/projects/${token}/media/assets?q=${token}&key=${callerKey}`;
        await world.ask(program, `GET ${path} HTTP/1.1`, ...lines);
        await world.ask(program, `POST /api/v1/user/tokens?q=${token} HTTP/1.1`, ...lines);
        await world.ask(program, `GET http://localhost/${token}?q=${token} HTTP/1.1`, ...lines);
        await expect.poll(() => readdirSync(program.folder)).toContain('spans');
      }
    },
  },
  {
    name: 'SIGHUP with an invalid policy',
    commands: ['start'],
    drive: async (world) => {
      const { token, callerKey } = world;
      const env = { MKIO_PROXY_POLICY: './policy.json', MKIO_PROXY_CALLER_KEY: callerKey };
      const program = await world.start({ env, files: { 'policy.json': '{"otherwise":"allow"}' } });
      for (const policy of [`{"allow":["GET /x?key=${callerKey}"]}`, `{"${token}":`, `{"allow":["${token}"]}`]) {
        writeFileSync(join(program.folder, 'policy.json'), policy);
        const before = program.stdout().length;
        program.child.kill('SIGHUP');
        await expect.poll(() => program.stdout().slice(before)).toMatch(/"event":"policy","code":"CONFIG_INVALID"/);
      }
      rmSync(join(program.folder, 'policy.json'));
    },
  },
  {
    name: 'a diagnostic report',
    commands: ['start'],
    drive: async (world) => {
      const { callerKey, adminKey } = world;
      const program = await world.start({
        env: {
          MKIO_BASE_URL: (await world.serve()).origin,
          MKIO_PROXY_CALLER_KEY: callerKey,
          MKIO_PROXY_ADMIN_KEY: adminKey,
          NODE_OPTIONS: '--report-on-signal --report-directory=tmp --title=mkio-proxy',
        },
      });
      await world.ask(program, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${callerKey}`);
      program.child.kill('SIGUSR2');
      await expect
        .poll(() => readdirSync(join(program.folder, 'tmp')), { timeout: 5_000 })
        .toContainEqual(expect.stringMatching(/^report\..*\.json$/));
    },
  },
  {
    name: 'a signal during an exchange',
    commands: ['start'],
    drive: async (world) => {
      const { token } = world;
      const upstream = await world.serve((_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' }).write(`${token} ${token.slice(0, -1)}`);
      });
      const env = { MKIO_BASE_URL: upstream.origin, MKIO_PROXY_DRAIN_TIMEOUT: '200ms' };
      const program = await world.start({ env });
      const asked = world.ask(program, `GET /api/v1/x?q=${token} HTTP/1.1`, 'Host: localhost');
      await expect.poll(() => upstream.seen.length).toBe(1);
      program.child.kill('SIGTERM');
      await asked;
      expect((await program.ended).code).toBe(143);
    },
  },
];
