import { lookup } from 'node:dns/promises';
import { stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { loadFlags } from '../../config/load.ts';
import { ProxyError } from '../../errors.ts';
import { createUpstream } from '../../forward/dispatcher.ts';
import { readCertificate } from './certificate.ts';
import { createLogger } from '../../log/logging.ts';
import type { ProxyHandle } from '../../server.ts';
import { startProxy } from '../../server.ts';
import type { TokenStore } from '../../token/store.ts';
import type { OpenToken } from '../open-token.ts';
import { openToken } from '../open-token.ts';
import type { LoadedProcess } from '../process-settings.ts';
import { clearEnvironment } from '../process-settings.ts';
import type { Answer } from './answers.ts';
import type { Worlds } from './examination.ts';

export interface RealWorlds extends Worlds {
  readonly close: () => Promise<void>;
}

/** Default settings: the limits and rules for callers do not apply to the operator. */
const { config: OWN_PROXY } = loadFlags({
  host: '127.0.0.1',
  port: '0',
  adminPort: 'off',
  revocationCheck: 'off',
});

/** Requests for public documents never carry the token. */
const NO_TOKEN: Pick<TokenStore, 'current' | 'renew'> = {
  current: () => {
    throw new ProxyError('INTERNAL', 'a public reading asked for the token');
  },
  renew: () => undefined,
};

const MAX_HELPER_LINES = 5;

export async function createWorlds(loaded: LoadedProcess): Promise<RealWorlds> {
  const { config, secrets } = loaded;
  const { upstream } = config;
  const { log } = await createLogger({ level: 'silent', format: 'json' }, { isTTY: false });
  const unauthenticated = createUpstream({ config: upstream, maxConnections: 1, token: NO_TOKEN });
  let token: TokenStore | undefined;
  let proxy: Promise<ProxyHandle> | undefined;

  // A separate proxy, so that TLS, origin pinning and errors match those of `start`.
  const startOwn = (): Promise<ProxyHandle> => {
    if (token === undefined) throw new ProxyError('TOKEN_UNAVAILABLE', 'no token');
    // Here a 401 is the result, so the helper does not run again.
    const fixed: TokenStore = { ...token, renew: () => undefined };
    return startProxy({ config: { ...OWN_PROXY, upstream }, token: fixed, secrets, log });
  };

  return {
    config,
    now: Date.now,
    clockMs: () => performance.now(),
    openToken: async () => {
      const opened = await openWithHelper(loaded, log);
      token = opened.store;
      return opened;
    },
    readMode: async (path) => (platform() === 'win32' ? undefined : (await stat(path)).mode & 0o777),
    resolveName: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    readCertificate: (origin) => readCertificate(origin, upstream.connectTimeoutMs),
    readPublic: unauthenticated.readPublic,
    ask: async (path) => {
      proxy ??= startOwn();
      return await readAnswer(await fetch((await proxy).address + path));
    },
    close: async () => {
      await Promise.all([unauthenticated.destroy(), (await proxy)?.close({ drainTimeoutMs: 0 })]);
    },
  };
}

/** `check` has no log, so the finding includes a helper's messages. */
async function openWithHelper(loaded: LoadedProcess, log: Logger): Promise<OpenToken> {
  const said: string[] = [];
  const life = new AbortController();
  try {
    return await openToken(loaded, { env: clearEnvironment(), log, life, onHelperLine: (line) => said.push(line) });
  } catch (error) {
    if (!(error instanceof ProxyError) || said.length === 0) throw error;
    const { code, message, hint } = error;
    throw new ProxyError(code, `${message}: ${said.slice(0, MAX_HELPER_LINES).join(' / ')}`, { cause: error, hint });
  }
}

async function readAnswer(response: Response): Promise<Answer> {
  const body: unknown = await response.json().catch(() => undefined);
  return { status: response.status, ownCode: response.headers.get('x-mkio-proxy-error'), body };
}
