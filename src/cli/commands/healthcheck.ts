import { connect } from 'node:net';
import process from 'node:process';
import type { AdminConfig } from '../../config/config.ts';
import type { Flags } from '../../config/layers.ts';
import { ProxyError, readReason } from '../../errors.ts';
import { isWildcard } from '../../http/hosts.ts';
import { printable } from '../../text/unseen.ts';
import { loadOwnSettings, withoutPolicy } from '../own-settings.ts';

/** Probes usually time out by themselves after this time. */
const LIMIT_MS = 2_000;
const MAX_ANSWER = 64_000;
/** A readiness report or an error, e.g. for a refused host name. */
const OWN_ANSWER = /^\{"(?:status":"(?:ok|degraded|not ready)"|error":\{)/;

/** Checks whether a running proxy is ready. Resolves to exit code 0, or to 1 if it is not ready or does not answer. */
export async function healthcheck(flags: Flags): Promise<number> {
  // Loads fewer modules than other commands, as probes run every few seconds.
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
    // A server of web pages may answer 200 at any path.
    if (!OWN_ANSWER.test(text)) return { exit: 1, text: `what answers at ${hostname} port ${port} is no mkio-proxy` };
    return { exit: status === '200' ? 0 : 1, text };
  } catch (error) {
    const reason = isAborted(error) ? `nothing came within ${LIMIT_MS / 1_000} seconds` : readReason(error);
    return { exit: 1, text: `no answer from the admin listener at ${hostname} port ${port}: ${reason}` };
  }
}

const isAborted = (error: unknown): boolean => (error as Error).name === 'AbortError';

/**
 * Resolves to the whole answer as text. Uses a socket, as node:http also loads Node's own undici: 70 ms of CPU, more than
 * the rest of a probe. Uses HTTP/1.0, as servers may not answer it in chunks (RFC 9112 §6.1).
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
