import type { Flags } from '../config/layers.ts';
import type { ErrorCode } from '../errors.ts';
import { ERRORS, ProxyError } from '../errors.ts';
import { isWildcard } from '../http/hosts.ts';
import { printable } from '../text/unseen.ts';
import { withoutPolicy } from './own-settings.ts';
import { loadProcessConfig } from './process-settings.ts';

/** Client of another process's admin listener. */
export interface AdminClient {
  readonly address: string;
  /** @throws ProxyError PROXY_UNREACHABLE, or the error in the answer */
  readonly ask: (path: string, init?: AskOptions) => Promise<Response>;
}

interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Aborts the request. */
  readonly signal?: AbortSignal;
}

/** @throws ProxyError CONFIG_INVALID if the settings name no port */
export function createAdminClient(flags: Flags): AdminClient {
  const { admin: config } = loadProcessConfig(withoutPolicy(flags)).config;
  if (config === undefined || config.port === 0) {
    const hint = 'Give the port of the running proxy by --admin-port or MKIO_PROXY_ADMIN_PORT.';
    throw new ProxyError('CONFIG_INVALID', 'the settings do not tell where the admin listener is', { hint });
  }
  const { host, port, key } = config;
  const name = isWildcard(host) ? '127.0.0.1' : host;
  const address = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return {
    address,
    ask: async (path, { headers: more, ...init } = {}) => {
      const answer = await fetch(address + path, { ...init, headers: { ...headers, ...more } }).catch(
        (error: unknown) => {
          throw new ProxyError('PROXY_UNREACHABLE', `no proxy answers at ${address}`, { cause: error });
        },
      );
      if (!answer.ok) throw await readRefusal(answer, address);
      return answer;
    },
  };
}

/** Converts an error answer. Without the proxy's own error code, it comes from another server. */
async function readRefusal(answer: Response, address: string): Promise<ProxyError> {
  const { error } = ((await answer.json().catch(() => ({}))) ?? {}) as { error?: Refusal };
  const code = answer.headers.get('x-mkio-proxy-error');
  if (code === null || error === undefined) {
    return noProxy(address);
  }
  const hint = error.extraDetail?.hint;
  return new ProxyError(
    isOfCommand(code) ? code : 'PROXY_UNREACHABLE',
    `the proxy at ${address} answered: ${printable(String(error.detail))}`,
    {
      ...(hint !== undefined && { hint: printable(hint) }),
    },
  );
}

export const noProxy = (address: string): ProxyError =>
  new ProxyError('PROXY_UNREACHABLE', `what answers at ${address} is no mkio-proxy`);

interface Refusal {
  readonly detail?: unknown;
  readonly extraDetail?: { readonly hint?: string };
}

/** Whether the error concerns the command rather than access to the admin listener. */
const isOfCommand = (code: string): code is ErrorCode =>
  code in ERRORS && (ERRORS[code as ErrorCode] as { exit?: number }).exit !== undefined;
