import type { Level, PolicyRules, Rule } from './policy.ts';

/** The way to MK.IO. Times in milliseconds. */
export interface UpstreamConfig {
  /** Scheme, host and port, e.g. `https://app.mk.io`. */
  readonly origin: string;
  readonly connectTimeoutMs: number;
  /** From the last byte of the request to the end of the answer's head. */
  readonly headersTimeoutMs: number;
  /** Between two reads of the answer's body. */
  readonly idleTimeoutMs: number;
}

/** The listener for callers. */
export interface ListenerConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Path prefixes that are forwarded, without a trailing slash, e.g. `/api/v1`. */
  readonly prefixes: readonly string[];
  /** Lower-case request header names forwarded beyond the built-in allow-list. */
  readonly forwardHeaders: readonly string[];
  readonly rewriteLinks: boolean;
  /** undefined: no limit. */
  readonly maxBodyBytes: number | undefined;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
  /** For the head of a request, and between two reads of its body. */
  readonly callerTimeoutMs: number;
  /** Of the event loop; undefined: no limit. */
  readonly maxStallMs: number | undefined;
  /** undefined: no limit. */
  readonly maxMemoryBytes: number | 'auto' | undefined;
  readonly drainTimeoutMs: number;
  /** Between the signal and the drain. */
  readonly prestopDelayMs: number;
  /** Listens there in place of host and port. */
  readonly socket: SocketConfig | undefined;
}

export interface SocketConfig {
  readonly path: string;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
}

/** Who may call. */
export interface AccessConfig {
  /** Lower-case host names, or `.suffix` for the names below. */
  readonly allowedHosts: readonly string[];
  /** Serialized origins (RFC 6454 §6.2), e.g. `http://localhost:5173`. */
  readonly allowedOrigins: readonly string[];
  readonly callerKey: string | undefined;
  readonly callerKeysFile: string | undefined;
  /** Requests a minute of one caller; undefined: no limit. */
  readonly rateLimit: number | undefined;
  /** Exchanges of one caller at a time; undefined: no limit. */
  readonly maxExchanges: number | undefined;
  /** Share of MK.IO's limits for all callers together, 0 to 1; undefined: no limit. */
  readonly budgetShare: number | undefined;
  /** Redis that counts requests of several proxies; undefined: in memory. */
  readonly redis: RedisConfig | undefined;
}

export interface RedisConfig {
  /** With its password. */
  readonly url: string;
  /** Whether requests pass while they can't be counted. */
  readonly failOpen: boolean;
}

/** The policy for callers. */
export interface PolicyConfig {
  /** Built-in levels, or the rules of a file. */
  readonly base: { readonly levels: readonly Level[] } | PolicyRules;
  /** Rules that allow more. */
  readonly allow: readonly Rule[];
  /** The only projects that callers may use; empty: all. */
  readonly projects: readonly string[];
}

export interface AdminConfig {
  readonly host: string;
  readonly port: number;
  /** For everything but `/livez` and `/readyz`; undefined: beyond loopback, these are all there is. */
  readonly key: string | undefined;
  /** Whether it may be asked to end the proxy. */
  readonly mayQuit: boolean;
}

export interface TokenConfig {
  readonly value: string | undefined;
  /** `-` for standard input. */
  readonly file: string | undefined;
  /** The program and its arguments. */
  readonly command: readonly string[] | undefined;
  readonly commandTimeoutMs: number;
  /** Whether to start without a token, and wait for it. */
  readonly wait: boolean;
  /** undefined: MK.IO's list of revoked tokens is not asked for. */
  readonly revocationCheckMs: number | undefined;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
export type LogFormat = 'auto' | 'json' | 'pretty';

export type CaptureMode = 'off' | 'headers' | 'bodies';

/** Capture of exchanges in memory. */
export interface CaptureConfig {
  readonly mode: CaptureMode;
  /** Of one body. */
  readonly maxBodyBytes: number;
  /** The newest are kept. */
  readonly maxExchanges: number;
  /** Of all that is kept. */
  readonly maxBytes: number;
}

/** Files that JSON lines go to, beside standard output. */
export interface LogFileConfig {
  /** `proxy.log` names `proxy.1.log`, `proxy.2.log` and so on. */
  readonly path: string;
  /** Of one file. */
  readonly maxBytes: number;
  readonly maxCount: number;
}

export interface LogConfig {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly file?: LogFileConfig | undefined;
}

/** The merged, checked and frozen settings; each feature gets just its own slice. */
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

/** The secrets among the settings that let somebody in here. */
export const keysOf = ({ access, admin }: Pick<Config, 'access' | 'admin'>): string[] =>
  [access.callerKey, admin?.key, ...passwordsOf(access.redis)].filter((key) => key !== undefined);

/** Shorter ones would be found in any text. */
const MIN_PASSWORD_LENGTH = 8;

function passwordsOf(redis: RedisConfig | undefined): string[] {
  if (redis === undefined) return [];
  const { password } = new URL(redis.url);
  const passwords = new Set([redis.url, password, decodeURIComponent(password)]);
  return [...passwords].filter((text) => text.length >= MIN_PASSWORD_LENGTH);
}
