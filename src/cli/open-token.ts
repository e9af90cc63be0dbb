import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Env } from '../config/layers.ts';
import { ProxyError } from '../errors.ts';
import { renderCommand } from '../text/shell.ts';
import { printable } from '../text/unseen.ts';
import type { ExposedFile } from '../token/file.ts';
import type { Claims } from '../token/jwt.ts';
import { readClaims } from '../token/jwt.ts';
import type { TokenSource } from '../token/sources.ts';
import { createTokenSource } from '../token/sources.ts';
import type { TokenStore, TokenStoreOptions } from '../token/store.ts';
import { createTokenStore } from '../token/store.ts';
import type { LoadedProcess } from './process-settings.ts';
import { interruptible } from './signals.ts';

export interface OpenToken {
  readonly store: TokenStore;
  readonly source: TokenSource;
  /** undefined for an opaque token, and while the proxy waits for one. */
  readonly claims: Claims | undefined;
  /** While the proxy waits for a token: resolves to its claims. */
  readonly appears: Promise<Claims | undefined> | undefined;
  readonly warnings: readonly string[];
}

export interface OpenTokenOptions {
  /** Environment of token helpers, without the proxy's secrets. */
  readonly env: Env;
  readonly log: Logger;
  /** Aborting kills a running helper. */
  readonly life: AbortController;
  /** Receives each line of a helper's standard error, with secrets removed. Default: the log. */
  readonly onHelperLine?: (line: string) => void;
}

/**
 * Reads the token from the configured source.
 *
 * @param mayWait whether a file or a helper may return its first token later
 * @throws ProxyError TOKEN_UNAVAILABLE
 */
export async function openToken(
  { config, settings, secrets }: LoadedProcess,
  worlds: OpenTokenOptions,
  mayWait = false,
): Promise<OpenToken> {
  const { env, log, life, onHelperLine = (line) => log.warn({ event: 'token-command' }, line) } = worlds;
  const origins = {
    token: settings.token.origin,
    tokenFile: settings.tokenFile.origin,
    tokenCommand: settings.tokenCommand.origin,
  };
  const source = createTokenSource(config.token, origins, {
    env,
    stdin: () => process.stdin,
    killGroup,
    signal: life.signal,
    hold: secrets.hold,
    onStderr: (line) => onHelperLine(printable(secrets.redact(line))),
  });
  const waits = mayWait && (source.kind === 'file' || source.kind === 'command');
  const { first, begun } = await interruptible(life, () => (waits ? readOrWait(source) : readNow(source)));
  const onExposed = (file: ExposedFile): void => log.warn({ event: 'setting' }, renderExposure(file));
  let onAppeared: (token: string) => void = () => undefined;
  const appears = new Promise<Claims | undefined>((resolve) => (onAppeared = (token) => resolve(readClaims(token))));
  const store = createTokenStore({ source, first, begun, log, hold: secrets.hold, onExposed, onAppeared });
  if (first instanceof ProxyError) return { store, source, claims: undefined, warnings: [], appears };
  const warnings = first.exposed === undefined ? [] : [renderExposure(first.exposed)];
  const isWaiting = waits && store.status().state === 'expired';
  return { store, source, claims: readClaims(first.token), warnings, appears: isWaiting ? appears : undefined };
}

type FirstReading = Pick<TokenStoreOptions, 'first' | 'begun'>;

const readNow = async (source: TokenSource): Promise<FirstReading> => ({ first: await source.read() });

/** A helper may be slow or prompt a user. After this time the proxy listens while the helper still runs. */
const ANSWER_LIMIT_MS = 1_000;

async function readOrWait(source: TokenSource): Promise<FirstReading> {
  const reading = source.read();
  const answered = reading.then((first) => ({ first })).catch(waitAfterFailure);
  const first = new ProxyError('TOKEN_UNAVAILABLE', 'the token command has not answered yet');
  return await Promise.race([answered, setTimeout(ANSWER_LIMIT_MS, { first, begun: reading }, { ref: false })]);
}

function waitAfterFailure(error: unknown): FirstReading {
  if (error instanceof ProxyError) return { first: error };
  throw error;
}

function killGroup(pid: number): void {
  try {
    // Windows has no process groups.
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // The process has already exited.
  }
}

function renderExposure({ path, mode }: ExposedFile): string {
  const remedy = renderCommand(['chmod', '600', path]);
  return `the token file can be read by others (mode 0${mode.toString(8)}): ${remedy}`;
}

/** Configuration for the server, without the token: only the store keeps it. */
export const withoutToken = (config: Config): Config => ({ ...config, token: { ...config.token, value: undefined } });
