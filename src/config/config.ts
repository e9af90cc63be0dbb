import type { Level, PolicyRules, Rule } from './policy.ts';

/** Connection to MK.IO. Times are in milliseconds. */
export interface UpstreamConfig {
  /** Scheme, host and port, e.g. `https://app.mk.io`. */
  readonly origin: string;
  readonly connectTimeoutMs: number;
  /** From the last byte of the request to the end of the answer's headers. */
  readonly headersTimeoutMs: number;
  /** Between two reads of the answer's body. */
  readonly idleTimeoutMs: number;
}

/** The listener for callers. */
export interface ListenerConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Forwarded path prefixes without a trailing slash, e.g. `/api/v1`. */
  readonly prefixes: readonly string[];
  /** Lower-case request header names forwarded beyond the built-in allow-list. */
  readonly forwardHeaders: readonly string[];
  readonly rewriteLinks: boolean;
  /** undefined: no limit. */
  readonly maxBodyBytes: number | undefined;
  readonly maxConnections: number;
  /** Concurrent exchanges of one connection. */
  readonly maxPipelined: number;
  readonly maxHeaderBytes: number;
  /** Limit for the headers of a request, and between two reads of its body. */
  readonly callerTimeoutMs: number;
  /** Highest event-loop lag; undefined: no limit. */
  readonly maxStallMs: number | undefined;
  /** undefined: no limit. */
  readonly maxMemoryBytes: number | 'auto' | undefined;
  readonly drainTimeoutMs: number;
  /** Delay between the signal and the drain. */
  readonly prestopDelayMs: number;
  /** Replaces host and port. */
  readonly socket: SocketConfig | undefined;
}

export interface SocketConfig {
  readonly path: string;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
}

/** Who may call. */
export interface AccessConfig {
  /** Lower-case host names, or `.suffix` for all subdomains. */
  readonly allowedHosts: readonly string[];
  /** Serialized origins (RFC 6454 §6.2), e.g. `http://localhost:5173`. */
  readonly allowedOrigins: readonly string[];
  /** Whether an address typed in a browser makes the call at once, without a page that asks. */
  readonly passNavigations: boolean;
  readonly callerKey: string | undefined;
  readonly callerKeysFile: string | undefined;
  /** Requests per minute and caller; undefined: no limit. */
  readonly rateLimit: number | undefined;
  /** Concurrent exchanges per caller; undefined: no limit. */
  readonly maxExchanges: number | undefined;
  /** Share of MK.IO's limits for all callers together, 0 to 1; undefined: no limit. */
  readonly budgetShare: number | undefined;
  /** Shares request counts between proxies; undefined: counts in memory. */
  readonly redis: RedisConfig | undefined;
}

export interface RedisConfig {
  /** Contains the password. */
  readonly url: string;
  /** Whether requests pass if counting fails. */
  readonly failOpen: boolean;
}

/** The policy for callers. */
export interface PolicyConfig {
  /** Built-in levels, or rules from a file. */
  readonly base: { readonly levels: readonly Level[] } | PolicyRules;
  /** Additional allow rules. */
  readonly allow: readonly Rule[];
  /** Projects that callers may use; empty: all. */
  readonly projects: readonly string[];
}

export interface AdminConfig {
  readonly host: string;
  readonly port: number;
  /** Required for all paths except `/livez` and `/readyz`. If undefined, only these two are served beyond loopback. */
  readonly key: string | undefined;
  /** Whether a request may shut the proxy down. */
  readonly mayQuit: boolean;
}

export interface TokenConfig {
  readonly value: string | undefined;
  /** `-` for standard input. */
  readonly file: string | undefined;
  /** The program and its arguments. */
  readonly command: readonly string[] | undefined;
  readonly commandTimeoutMs: number;
  /** Whether to start without a token and wait for one. */
  readonly wait: boolean;
  /** Interval of the revocation check; undefined: off. */
  readonly revocationCheckMs: number | undefined;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
export type LogFormat = 'auto' | 'json' | 'pretty';

export type CaptureMode = 'off' | 'headers' | 'bodies';

/** Recording of exchanges in memory. */
export interface CaptureConfig {
  readonly mode: CaptureMode;
  /** Per body. */
  readonly maxBodyBytes: number;
  /** Older exchanges are dropped. */
  readonly maxExchanges: number;
  /** Total of all recorded exchanges. */
  readonly maxBytes: number;
}

/** Log files with JSON lines, in addition to standard output. */
export interface LogFileConfig {
  /** `proxy.log` stands for `proxy.1.log`, `proxy.2.log` and so on. */
  readonly path: string;
  /** Per file. */
  readonly maxBytes: number;
  readonly maxCount: number;
}

export interface LogConfig {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly file?: LogFileConfig | undefined;
}

/** The merged, validated and frozen settings. Each feature gets only its own part. */
export interface Config {
  readonly token: TokenConfig;
  readonly project: string | undefined;
  readonly upstream: UpstreamConfig;
  readonly listener: ListenerConfig;
  readonly access: AccessConfig;
  readonly policy: PolicyConfig;
  /** undefined: no admin listener. */
  readonly admin: AdminConfig | undefined;
  readonly capture: CaptureConfig;
  readonly log: LogConfig;
}

/** The configured keys and passwords, without the token. */
export const keysOf = ({ access, admin }: Pick<Config, 'access' | 'admin'>): string[] =>
  [access.callerKey, admin?.key, ...passwordsOf(access.redis)].filter((key) => key !== undefined);

/** Shorter passwords could match ordinary text. */
const MIN_PASSWORD_LENGTH = 8;

function passwordsOf(redis: RedisConfig | undefined): string[] {
  if (redis === undefined) return [];
  const { password } = new URL(redis.url);
  const passwords = new Set([redis.url, password, decodeURIComponent(password)]);
  return [...passwords].filter((text) => text.length >= MIN_PASSWORD_LENGTH);
}
