import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { keysOf } from '../config/config.ts';
import type { Flags } from '../config/layers.ts';
import { OPTION_KEYS, optionOf } from '../config/options.ts';
import type { Loaded } from '../config/resolve.ts';
import { ProxyError } from '../errors.ts';
import { renderLoosenings } from '../policy/loosenings.ts';
import { printable } from '../text/unseen.ts';
import type { ExposedFile } from '../token/file.ts';
import type { Claims } from '../token/jwt.ts';
import { readClaims } from '../token/jwt.ts';
import type { FoundToken, TokenSource } from '../token/sources.ts';
import { createTokenSource } from '../token/sources.ts';
import type { TokenStore } from '../token/store.ts';
import { createTokenStore } from '../token/store.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { createSecrets } from '../secrets/secrets.ts';
import { interruptible } from './signals.ts';
import { loadOwnSettings } from './own-settings.ts';
import { registerAtExit } from './at-exit.ts';
import { renderCommand } from '../text/shell.ts';

const SECRETS = OPTION_KEYS.filter((key) => optionOf(key).secret === true);

export interface LoadedProcess extends Loaded {
  /** Knows the keys, and every token from when it is known. */
  readonly secrets: Secrets;
}

/** The settings of this process, with a warning for each default that they loosen. */
export function loadProcessConfig(flags: Flags): LoadedProcess {
  const loaded = loadOwnSettings(flags);
  const { config, settings, warnings } = loaded;
  const secrets = createSecrets(keysOf(config));
  if (config.token.value !== undefined) secrets.hold(config.token.value.trim());
  registerAtExit({ redact: secrets.redact });
  const origins = { policy: settings.policy.origin, policyAllow: settings.policyAllow.origin };
  return { ...loaded, secrets, warnings: [...warnings, ...renderLoosenings(config.policy, origins)] };
}

/** Takes every secret out of the environment, which child processes and diagnostic reports of Node would carry on. */
export function cleanEnvironment(): void {
  for (const key of SECRETS) Reflect.deleteProperty(process.env, optionOf(key).env);
  // By it, ioredis prints all that it sends: its password, and who calls.
  Reflect.deleteProperty(process.env, 'DEBUG');
}

export interface OpenToken {
  readonly store: TokenStore;
  readonly source: TokenSource;
  /** undefined for an opaque token, and for one that is waited for. */
  readonly claims: Claims | undefined;
  /** Claims of the token that is waited for, as soon as it is there; undefined where there is a good one already. */
  readonly appears: Promise<Claims | undefined> | undefined;
  readonly warnings: readonly string[];
}

export interface TokenWorlds {
  readonly log: Logger;
  /** Ends a helper that still runs. */
  readonly life: AbortController;
  /** Told of a line that a helper wrote to standard error, clean, in place of the log. */
  readonly onHelperLine?: (line: string) => void;
  /** Whether a file or a helper may give its first token later. */
  readonly mayWait?: boolean;
}

/**
 * Reads the token from where the settings say.
 *
 * @throws ProxyError TOKEN_UNAVAILABLE
 */
export async function openToken({ config, settings, secrets }: LoadedProcess, worlds: TokenWorlds): Promise<OpenToken> {
  const { log, life, mayWait = false } = worlds;
  const { onHelperLine = (line) => log.warn({ event: 'token-command' }, line) } = worlds;
  cleanEnvironment();
  const origins = {
    token: settings.token.origin,
    tokenFile: settings.tokenFile.origin,
    tokenCommand: settings.tokenCommand.origin,
  };
  const source = createTokenSource(config.token, origins, {
    env: process.env,
    stdin: () => process.stdin,
    killGroup,
    signal: life.signal,
    hold: secrets.hold,
    onStderr: (line) => onHelperLine(printable(secrets.redact(line))),
  });
  const waits = mayWait && (source.kind === 'file' || source.kind === 'command');
  const reading = source.read();
  const first = await interruptible(life, () => readFirst(reading, waits));
  const onExposed = (file: ExposedFile): void => log.warn({ event: 'setting' }, renderExposure(file));
  let onAppeared: (token: string) => void = () => undefined;
  const appears = new Promise<Claims | undefined>((resolve) => (onAppeared = (token) => resolve(readClaims(token))));
  const begun = first === UNANSWERED ? reading : undefined;
  const store = createTokenStore({ source, first, begun, log, onExposed, onAppeared });
  if (first instanceof ProxyError) return { store, source, claims: undefined, warnings: [], appears };
  const warnings = first.exposed === undefined ? [] : [renderExposure(first.exposed)];
  const isWaiting = waits && store.status().state === 'expired';
  return { store, source, claims: readClaims(first.token), warnings, appears: isWaiting ? appears : undefined };
}

/** A helper may take its time, and asks somebody perhaps: the proxy listens meanwhile. */
const ANSWER_LIMIT_MS = 1_000;
const UNANSWERED = new ProxyError('TOKEN_UNAVAILABLE', 'the token command has not answered yet');

async function readFirst(reading: Promise<FoundToken>, waits: boolean): Promise<FoundToken | ProxyError> {
  try {
    return await (waits ? Promise.race([reading, setTimeout(ANSWER_LIMIT_MS, UNANSWERED, { ref: false })]) : reading);
  } catch (error) {
    if (waits && error instanceof ProxyError) return error;
    throw error;
  }
}

function killGroup(pid: number): void {
  try {
    // Windows has no process groups.
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function renderExposure({ path, mode }: ExposedFile): string {
  const remedy = renderCommand(['chmod', '600', path]);
  return `the token file can be read by others (mode 0${mode.toString(8)}): ${remedy}`;
}

/** What goes on to the server: from here the store is the token's only home. */
export const withoutToken = (config: Config): Config => ({ ...config, token: { ...config.token, value: undefined } });
