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
import { startProxy } from '../../src/server.ts';
import { createValueSource } from '../../src/token/sources.ts';
import type { TokenStore } from '../../src/token/store.ts';
import { createTokenStore } from '../../src/token/store.ts';
import { createSecrets } from '../../src/secrets/secrets.ts';

/** Looks like a token of MK.IO, so that its length and alphabet are real. */
export const TOKEN = `eyJhbGciOiJSUzI1NiIsImtpZCI6IjE3NjcyMjU2MDAifQ.${'Y2FuYXJ5'.repeat(20)}.${'c2lnbmF0dXJl'.repeat(20)}`;

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

/** A proxy on a free port in front of `origin`, closed when the test has finished. */
export async function startTestProxy(options: TestProxyOptions): Promise<TestProxy> {
  const { origin, token, upstream, listener, access, policy, capture, admin } = options;
  const log = createLog();
  const config: Config = {
    token: {
      value: undefined,
      file: undefined,
      command: undefined,
      commandTimeoutMs: 1000,
      wait: false,
      revocationCheckMs: options.revocationCheckMs,
    },
    project: undefined,
    upstream: { origin, connectTimeoutMs: 2000, headersTimeoutMs: 5000, idleTimeoutMs: 5000, ...upstream },
    listener: {
      host: '127.0.0.1',
      port: 0,
      prefixes: ['/api/v1'],
      forwardHeaders: [],
      rewriteLinks: true,
      maxBodyBytes: undefined,
      maxConnections: 256,
      maxHeaderBytes: 16_384,
      callerTimeoutMs: 5000,
      maxStallMs: undefined,
      maxMemoryBytes: undefined,
      drainTimeoutMs: 1000,
      prestopDelayMs: 0,
      socket: undefined,
      ...listener,
    },
    access: {
      allowedHosts: [],
      allowedOrigins: [],
      callerKey: undefined,
      callerKeysFile: undefined,
      rateLimit: undefined,
      maxExchanges: undefined,
      budgetShare: undefined,
      redis: undefined,
      ...access,
    },
    policy: { base: { levels: ['default'] }, allow: [], projects: [], ...policy },
    admin: admin && { key: undefined, mayQuit: false, ...admin },
    capture: { mode: 'bodies', maxBodyBytes: 64_000, maxExchanges: 1000, maxBytes: 32_000_000, ...capture },
    log: { level: 'info', format: 'json' },
  };
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

/** Asks the proxy by node:http, which, unlike fetch, changes neither path nor bytes of the answer. */
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

/** An answer of the proxy's own, in MK.IO's error shape. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly detail: string; readonly extraDetail: { readonly hint: string } };
  readonly status: number;
  readonly ref: string;
}
