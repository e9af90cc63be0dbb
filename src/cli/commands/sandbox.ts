import process from 'node:process';
import * as kinds from '../../config/kinds.ts';
import type { Flags } from '../../config/layers.ts';
import { loadFlags } from '../../config/load.ts';
import { ProxyError } from '../../errors.ts';
import { createLogger } from '../../log/logging.ts';
import { drainOnSignals } from '../signals.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';

type ListenOptions = Required<Pick<SandboxOptions, 'host' | 'port'>>;

interface SandboxFlags extends Pick<Flags, 'host' | 'port'> {
  readonly rateLimit?: string;
  readonly nextLinks?: 'relative' | 'absolute';
}

/** Runs only the sandbox, for clients and tests that send their own token. */
export async function sandbox({ host, port, rateLimit, nextLinks }: SandboxFlags): Promise<number> {
  const { listener } = loadFlags({ ...(host && { host }), ...(port && { port }), adminPort: 'off' }).config;
  const { log, print, flush } = await createLogger(
    { level: 'warn', format: 'pretty' },
    { isTTY: process.stdout.isTTY },
  );
  const running = await listen({
    host: listener.host,
    port: listener.port,
    ...(rateLimit && { rateLimit: { afterRequests: parseCount(rateLimit), retryAfterSeconds: 60 } }),
    ...(nextLinks && { nextLinks }),
  });
  const ended = new Promise((exit) => {
    drainOnSignals({ close: () => running.close().then(() => ({ cut: 0 })), log, flush, exit });
  });
  print(renderSandbox(running));
  await ended;
  return 0;
}

function parseCount(text: string): number {
  try {
    return kinds.count.parse(text);
  } catch (cause) {
    const hint = '`mkio-proxy sandbox --help` tells more.';
    throw new ProxyError('CONFIG_INVALID', `--rate-limit takes ${kinds.count.expects}`, { hint, cause });
  }
}

async function listen(options: SandboxOptions & ListenOptions): Promise<Sandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const hint = 'Choose another --port (0 takes a free one) or --host.';
    throw new ProxyError('LISTEN_FAILED', `the sandbox cannot listen on ${options.host}:${options.port} (${code})`, {
      cause: error,
      hint,
    });
  }
}

const renderSandbox = ({ origin, token, project }: Sandbox): string => `
  MK.IO sandbox on ${origin}, project ${project}

  Its token, good for this sandbox alone and until it stops:

MKIO_TOKEN=${token}

  stop    Ctrl-C

`;
