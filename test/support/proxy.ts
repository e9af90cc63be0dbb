import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type {
  AccessConfig,
  AdminConfig,
  CaptureConfig,
  Config,
  ListenerConfig,
  PolicyConfig,
  UpstreamConfig,
} from '../../src/config/config.ts';
import { keysOf } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { startProxy } from '../../src/server.ts';
import { createValueSource } from '../../src/token/sources.ts';
import type { TokenStore } from '../../src/token/store.ts';
import { createTokenStore } from '../../src/token/store.ts';
import { createSecrets } from '../../src/secrets/secrets.ts';

/** Has the length and alphabet of a real MK.IO token. */
export const TOKEN = `eyJhbGciOiJSUzI1NiIsImtpZCI6IjE3NjcyMjU2MDAifQ.${'Y2FuYXJ5'.repeat(20)}.${'c2lnbmF0dXJl'.repeat(20)}`;

/** Free ports, short timeouts, complete bodies, and no limit that a busy machine could reach. */
const SETTINGS = {
  MKIO_PROXY_PORT: '0',
  MKIO_PROXY_ADMIN_PORT: '0',
  MKIO_PROXY_CONNECT_TIMEOUT: '2s',
  MKIO_PROXY_HEADERS_TIMEOUT: '5s',
  MKIO_PROXY_IDLE_TIMEOUT: '5s',
  MKIO_PROXY_CALLER_TIMEOUT: '5s',
  MKIO_PROXY_DRAIN_TIMEOUT: '1s',
  MKIO_PROXY_MAX_STALL: 'off',
  MKIO_PROXY_MAX_MEMORY: 'off',
  MKIO_PROXY_CAPTURE: 'bodies',
};

export type LogLine = Readonly<Record<string, unknown>>;

export interface TestProxy {
  readonly address: string;
  readonly port: number;
  readonly admin: string | undefined;
  readonly quitAsked: Promise<void>;
  /** Every log line, parsed. */
  readonly logged: LogLine[];
  /** The log line of the nth exchange to end, counted from 0. */
  readonly exchange: (index?: number) => Promise<LogLine>;
  readonly close: (options?: { readonly drainTimeoutMs?: number }) => Promise<{ readonly cut: number }>;
}

export interface TestProxyOptions {
  readonly origin: string;
  readonly token?: Partial<TokenStore> & { readonly held?: readonly string[] };
  readonly revocationCheckMs?: number;
  readonly upstream?: Partial<UpstreamConfig>;
  readonly listener?: Partial<ListenerConfig>;
  readonly access?: Partial<AccessConfig>;
  readonly policy?: Partial<PolicyConfig>;
  readonly capture?: Partial<CaptureConfig>;
  readonly admin?: Pick<AdminConfig, 'host' | 'port'> & Partial<AdminConfig>;
}

/** A proxy for `origin` on a free port, closed when the test ends. */
export async function startTestProxy(options: TestProxyOptions): Promise<TestProxy> {
  const { token } = options;
  const log = createLog();
  const config = createConfig(options);
  const { held = [TOKEN], ...given } = token ?? {};
  const secrets = createSecrets(keysOf(config));
  held.forEach(secrets.hold);
  const source = createValueSource(TOKEN, 'the test');
  const store = { ...createTokenStore({ source, first: await source.read() }), ...given };
  const handle = await startProxy({ config, token: store, secrets, log: log.logger });
  let closed: Promise<{ readonly cut: number }> | undefined;
  const close: TestProxy['close'] = ({ drainTimeoutMs = 0 } = {}) => (closed ??= handle.close({ drainTimeoutMs }));
  onTestFinished(async () => {
    await close();
  });
  const { address } = handle;
  const { logged, exchange } = log;
  return {
    address,
    port: address.startsWith('unix:') ? 0 : Number(new URL(address).port),
    admin: handle.admin,
    quitAsked: handle.quitAsked,
    logged,
    exchange,
    close,
  };
}

/** The configuration that the real loader builds from `SETTINGS`, with the test's overrides. */
function createConfig({
  origin,
  upstream,
  listener,
  access,
  policy,
  capture,
  admin,
  ...options
}: TestProxyOptions): Config {
  const { config } = loadConfig({ env: { ...SETTINGS, MKIO_BASE_URL: origin }, cwd: import.meta.dirname });
  return {
    ...config,
    token: { ...config.token, revocationCheckMs: options.revocationCheckMs },
    upstream: { ...config.upstream, ...upstream },
    listener: { ...config.listener, ...listener },
    access: { ...config.access, ...access },
    policy: { ...config.policy, ...policy },
    capture: { ...config.capture, ...capture },
    admin: admin && { ...config.admin!, ...admin },
  };
}

function createLog(): Pick<TestProxy, 'logged' | 'exchange'> & { readonly logger: Logger } {
  const logged: LogLine[] = [];
  let waiting: (() => void)[] = [];
  const write = (line: string): void => {
    logged.push(JSON.parse(line) as LogLine);
    for (const wake of waiting) wake();
    waiting = [];
  };
  const exchange: TestProxy['exchange'] = async (index = 0) => {
    for (;;) {
      const line = logged.filter(({ event }) => event === 'exchange')[index];
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { logger: pino({ level: 'info', base: null }, { write }), logged, exchange };
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
  /** Status and Link of every interim answer. */
  readonly interim: { readonly status: number; readonly headers: IncomingHttpHeaders }[];
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer | Readable;
}

/** Calls the proxy by node:http, which, unlike fetch, changes neither the path nor the bytes of the answer. */
export async function call(
  { port }: Pick<TestProxy, 'port'>,
  path: string,
  { method = 'GET', headers = {}, body }: CallOptions = {},
): Promise<Answer> {
  return await new Promise<Answer>((resolve, reject) => {
    const interim: Answer['interim'] = [];
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
    sent.on('information', ({ statusCode: status, headers: fields }) => interim.push({ status, headers: fields }));
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          body: whole,
          text: whole.toString('utf8'),
          interim,
        });
      });
    });
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) sent.end(body);
    else pipeline(body, sent).catch(reject);
  });
}

/** An answer by the proxy itself, in MK.IO's error shape. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly detail: string; readonly extraDetail: { readonly hint: string } };
  readonly status: number;
  readonly ref: string;
}
