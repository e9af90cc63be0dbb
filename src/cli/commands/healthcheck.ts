import { connect } from 'node:net';
import process from 'node:process';
import type { AdminConfig } from '../../config/config.ts';
import type { Flags } from '../../config/layers.ts';
import { ProxyError, readReason } from '../../errors.ts';
import { isWildcard } from '../../http/hosts.ts';
import { printable } from '../../text/unseen.ts';
import { loadOwnSettings, withoutPolicy } from '../own-settings.ts';

/** Longer than this, a probe's own limit is over anyway. */
const LIMIT_MS = 2_000;
const MAX_ANSWER = 64_000;
/** A readiness, or an error such as that of a host name that is refused. */
const OWN_ANSWER = /^\{"(?:status":"(?:ok|degraded|not ready)"|error":\{)/;

/** Asks a running proxy whether it is ready; resolves to 0, or to 1 if it is not ready or does not answer. */
export async function healthcheck(flags: Flags): Promise<number> {
  // Less than the other commands load, as probes come every few seconds.
  const { exit, text } = await askReadiness(requireAdmin(flags));
  process.stdout.write(`${printable(text)}\n`);
  return exit;
}

/** @throws ProxyError CONFIG_INVALID */
export function requireAdmin(flags: Flags): AdminConfig {
  const { admin } = loadOwnSettings(withoutPolicy(flags)).config;
  if (admin === undefined) throw new ProxyError('CONFIG_INVALID', 'the admin listener is off', { hint: HINT });
  return admin;
}

const HINT = 'It answers health checks: set MKIO_PROXY_ADMIN_PORT to a port.';

export interface Readiness {
  /** 0 if ready, else 1. */
  readonly exit: number;
  readonly text: string;
}

export async function askReadiness({ host, port }: AdminConfig): Promise<Readiness> {
  const hostname = isWildcard(host) ? 'localhost' : host;
  try {
    const answer = await ask(hostname, port);
    const [, status, text = ''] = /^HTTP\/1\.1 (\d{3})[^]*?\r\n\r\n([^]*)$/.exec(answer) ?? [];
    // Servers of pages answer 200 at any path.
    if (!OWN_ANSWER.test(text)) return { exit: 1, text: `what answers at ${hostname} port ${port} is no mkio-proxy` };
    return { exit: status === '200' ? 0 : 1, text };
  } catch (error) {
    const reason = isAborted(error) ? `nothing came within ${LIMIT_MS / 1_000} seconds` : readReason(error);
    return { exit: 1, text: `no answer from the admin listener at ${hostname} port ${port}: ${reason}` };
  }
}

const isAborted = (error: unknown): boolean => (error as Error).name === 'AbortError';

/**
 * The whole answer as text. Over a socket, as loading node:http loads Node's own undici too: 70 ms of CPU, more than all the
 * rest of a probe takes. To HTTP/1.0 no server answers in chunks (RFC 9112 §6.1).
 */
async function ask(host: string, port: number): Promise<string> {
  const socket = connect({ host, port, signal: AbortSignal.timeout(LIMIT_MS) });
  const authority = host.includes(':') ? `[${host}]` : host;
  socket.write(`GET /readyz HTTP/1.0\r\nHost: ${authority}:${port}\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
    answer += chunk;
    if (answer.length > MAX_ANSWER) break;
  }
  return answer;
}
