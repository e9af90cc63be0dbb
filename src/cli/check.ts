import process from 'node:process';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Flags } from '../config/layers.ts';
import { loadFlags } from '../config/load.ts';
import { ProxyError } from '../errors.ts';
import { createLogger } from '../ops/logging.ts';
import { startProxy } from '../server.ts';
import type { Claims } from '../token/jwt.ts';
import type { TokenStore } from '../token/store.ts';
import type { Secrets } from '../traffic/secrets.ts';
import type { Report } from './check-report.ts';
import { exitOf, renderReport, renderReportJson } from './check-report.ts';
import type { Answer, Finding } from './findings.ts';
import { findingOf, judgeAnswer } from './findings.ts';
import type { LoadedProcess } from './process-settings.ts';
import { loadProcessConfig, openToken } from './process-settings.ts';
import { readTokenFacts, renderTokenFacts } from './ready.ts';

interface CheckFlags extends Flags {
  readonly json?: boolean;
}

/** Shows what is set and whether MK.IO takes the token; resolves to the exit code. */
export async function check({ json = false, ...flags }: CheckFlags): Promise<number> {
  try {
    const report = await examine(flags);
    process.stdout.write(json ? renderReportJson(report) : renderReport(report));
    return exitOf(report);
  } catch (error) {
    if (!json || !(error instanceof ProxyError)) throw error;
    const { code, message, hint, exit } = error;
    process.stdout.write(`${JSON.stringify({ ok: false, exit, error: { code, message, hint } }, null, 2)}\n`);
    return exit;
  }
}

async function examine(flags: Flags): Promise<Report> {
  const loaded = loadProcessConfig(flags);
  const { config, settings, warnings, secrets } = loaded;
  const { finding, claims, store, warnings: tokenWarnings } = await examineToken(loaded);
  const calls = store === undefined ? [] : await callMkio(config, store, secrets);
  return { settings, warnings: [...warnings, ...tokenWarnings], claims, findings: [finding, ...calls] };
}

interface ExaminedToken {
  readonly finding: Finding;
  readonly claims?: Claims | undefined;
  /** undefined when there is no use in calling MK.IO. */
  readonly store?: TokenStore;
  readonly warnings: readonly string[];
}

async function examineToken(loaded: LoadedProcess): Promise<ExaminedToken> {
  let claims: Claims | undefined;
  let warnings: readonly string[] = [];
  try {
    const { signal } = new AbortController();
    const { store, source, ...opened } = await openToken(loaded, { log: await createSilence(), signal });
    ({ claims, warnings } = opened);
    store.current();
    const detail = renderTokenFacts(readTokenFacts(source.name, claims, Date.now()));
    return { finding: { ok: true, what: 'token', detail, exit: 0 }, claims, store, warnings };
  } catch (error) {
    if (error instanceof ProxyError) return { finding: findingOf('token', error), claims, warnings };
    throw error;
  }
}

/** As limits and rules for callers have nothing to say to the operator. */
const { config: OWN_PROXY } = loadFlags({
  host: '127.0.0.1',
  port: '0',
  adminPort: 'off',
  revocationCheck: 'off',
});

const createSilence = async (): Promise<Logger> =>
  (await createLogger({ level: 'silent', format: 'json' }, { isTTY: false })).log;

/** Through a proxy of its own, so that TLS, origin pinning and errors are those of `start`. */
async function callMkio(config: Config, token: TokenStore, secrets: Secrets): Promise<readonly Finding[]> {
  const { project, upstream } = config;
  const paths = ['/api/v1/user/profile', ...(project === undefined ? [] : [`/api/v1/projects/${project}`])];
  const log = await createSilence();
  const proxy = await startProxy({ config: { ...OWN_PROXY, upstream }, token, secrets, log });
  try {
    const ask = async (path: string) => judgeAnswer(`GET ${path}`, await readAnswer(await fetch(proxy.address + path)));
    return await Promise.all(paths.map(ask));
  } finally {
    await proxy.close({ drainTimeoutMs: 0 });
  }
}

async function readAnswer(response: Response): Promise<Answer> {
  const body: unknown = await response.json().catch(() => undefined);
  return { status: response.status, ownCode: response.headers.get('x-mkio-proxy-error'), body };
}
