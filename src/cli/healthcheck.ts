import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import process from 'node:process';
import type { AdminConfig } from '../config/config.ts';
import type { Flags } from '../config/layers.ts';
import { ProxyError, readReason } from '../errors.ts';
import { isWildcard } from '../loopback.ts';
import { printable } from '../ops/printable.ts';
import { loadOwnSettings } from './own-settings.ts';

/** Longer than this, a probe's own limit is over anyway. */
const LIMIT_MS = 2_000;

/** Asks a running proxy whether it is ready; resolves to 0, or to 1 where it is not or does not answer. */
export async function healthcheck(flags: Flags): Promise<number> {
  // Less than the other commands load, as probes come every few seconds.
  const { exit, text } = await askReadiness(requireAdmin(flags));
  process.stdout.write(`${printable(text)}\n`);
  return exit;
}

/** @throws ProxyError CONFIG_INVALID */
export function requireAdmin(flags: Flags): AdminConfig {
  const { admin } = loadOwnSettings(flags).config;
  if (admin === undefined) throw new ProxyError('CONFIG_INVALID', 'the admin listener is off', { hint: HINT });
  return admin;
}

const HINT = 'It answers health checks: set MKIO_PROXY_ADMIN_PORT to a port.';

export interface Readiness {
  /** 0 where it is ready, else 1. */
  readonly exit: number;
  readonly text: string;
}

export async function askReadiness({ host, port }: AdminConfig): Promise<Readiness> {
  const hostname = isWildcard(host) ? 'localhost' : host;
  try {
    const asked = get({ hostname, port, path: '/readyz', agent: false, signal: AbortSignal.timeout(LIMIT_MS) });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
    return { exit: answer.statusCode === 200 ? 0 : 1, text };
  } catch (error) {
    return { exit: 1, text: `no answer from the admin listener at ${hostname} port ${port}: ${readReason(error)}` };
  }
}
