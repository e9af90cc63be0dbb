import type { CaptureMode, LogFormat, LogLevel } from './config.ts';
import * as kinds from './kinds.ts';
import type { Kind } from './kinds.ts';

export type Group = 'token' | 'upstream' | 'listener' | 'access' | 'policy' | 'admin' | 'traffic' | 'logging';

export interface Option<T = unknown> {
  readonly env: string;
  readonly kind: Kind<T>;
  /** The default in the operator's notation. */
  readonly default?: string;
  readonly group: Group;
  readonly about: string;
  /** Never displayed. No flag, as every user of the machine can read argv. Not allowed in a settings file. */
  readonly secret?: true;
  /** Allowed everywhere except in a settings file. */
  readonly outsideFile?: true;
}

const LEVELS: readonly [LogLevel, ...LogLevel[]] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const FORMATS: readonly [LogFormat, ...LogFormat[]] = ['auto', 'json', 'pretty'];

const NAVIGATIONS = ['ask', 'pass'] as const;
const CAPTURES: readonly [CaptureMode, ...CaptureMode[]] = ['off', 'headers', 'bodies'];

const REDIS_FAILURES = ['open', 'closed'] as const;

/** Single source of names, types, help, `.env.example`, JSON schema and docs. Its keys are the keys of a settings file. */
export const OPTIONS = {
  token: {
    env: 'MKIO_TOKEN',
    kind: kinds.secret,
    group: 'token',
    about: 'The MK.IO API token; prefer MKIO_TOKEN_FILE where files can be mounted',
    secret: true,
    outsideFile: true,
  },
  tokenFile: {
    env: 'MKIO_TOKEN_FILE',
    kind: kinds.path,
    group: 'token',
    about:
      'File that holds the MK.IO API token alone, e.g. a mounted secret, and is followed when it changes; - for standard input',
  },
  tokenCommand: {
    env: 'MKIO_TOKEN_COMMAND',
    kind: kinds.command,
    group: 'token',
    about: 'Credential helper that prints the token, or {"token":…,"expiresAt":…}, such as `pass show mkio`',
  },
  tokenCommandTimeout: {
    env: 'MKIO_TOKEN_COMMAND_TIMEOUT',
    kind: kinds.duration({ min: '1ms' }),
    default: '10s',
    group: 'token',
    about: 'Longest time that the credential helper may take',
  },
  waitForToken: {
    env: 'MKIO_PROXY_WAIT_FOR_TOKEN',
    kind: kinds.yesNo,
    default: 'no',
    group: 'token',
    about:
      'Start without a token where its file or helper gives none yet, and be ready once it does, so that the order of starts does not matter',
  },
  revocationCheck: {
    env: 'MKIO_PROXY_REVOCATION_CHECK',
    kind: kinds.durationOrOff,
    default: '15m',
    group: 'token',
    about:
      "How often MK.IO's public list of revoked tokens is searched for the token, which is not sent; off for never",
  },
  project: {
    env: 'MKIO_PROJECT',
    kind: kinds.name,
    group: 'upstream',
    about: 'MK.IO project that `check` tries and examples name',
  },
  baseUrl: {
    env: 'MKIO_BASE_URL',
    kind: kinds.origin,
    default: 'https://app.mk.io',
    group: 'upstream',
    about: 'Origin of MK.IO, the only one that gets the token',
  },
  connectTimeout: {
    env: 'MKIO_PROXY_CONNECT_TIMEOUT',
    kind: kinds.duration({ min: '1ms' }),
    default: '10s',
    group: 'upstream',
    about: 'Longest time to connect to MK.IO, TLS included',
  },
  headersTimeout: {
    env: 'MKIO_PROXY_HEADERS_TIMEOUT',
    kind: kinds.duration({ min: '1ms' }),
    default: '2m',
    group: 'upstream',
    about: "Longest time from the end of a request to the head of MK.IO's answer",
  },
  idleTimeout: {
    env: 'MKIO_PROXY_IDLE_TIMEOUT',
    kind: kinds.duration({ min: '1ms' }),
    default: '2m',
    group: 'upstream',
    about: "Longest pause within the body of MK.IO's answer",
  },
  host: {
    env: 'MKIO_PROXY_HOST',
    kind: kinds.host,
    default: '127.0.0.1',
    group: 'listener',
    about: 'Address that callers connect to; beyond loopback others can use your token',
  },
  port: {
    env: 'MKIO_PROXY_PORT',
    kind: kinds.port,
    default: '6546',
    group: 'listener',
    about: 'Port that callers connect to; 0 takes a free one',
  },
  prefixes: {
    env: 'MKIO_PROXY_PREFIXES',
    kind: kinds.prefixes,
    default: '/api/v1',
    group: 'listener',
    about: 'Path prefixes that are forwarded, separated by commas',
  },
  forwardHeaders: {
    env: 'MKIO_PROXY_FORWARD_HEADERS',
    kind: kinds.headerNames,
    group: 'listener',
    about: 'Further request headers to forward, separated by commas',
  },
  rewriteLinks: {
    env: 'MKIO_PROXY_REWRITE_LINKS',
    kind: kinds.onOff,
    default: 'on',
    group: 'listener',
    about: "Lead links in MK.IO's answers back through the proxy",
  },
  maxBody: {
    env: 'MKIO_PROXY_MAX_BODY',
    kind: kinds.sizeOrOff,
    default: 'off',
    group: 'listener',
    about: 'Largest request body; off for no limit',
  },
  maxConnections: {
    env: 'MKIO_PROXY_MAX_CONNECTIONS',
    kind: kinds.count,
    default: '1024',
    group: 'listener',
    about: 'Most connections of callers at a time',
  },
  maxPipelined: {
    env: 'MKIO_PROXY_MAX_PIPELINED',
    kind: kinds.count,
    default: '8',
    group: 'listener',
    about: 'Most exchanges of one connection at a time; further pipelined requests wait unread',
  },
  maxHeader: {
    env: 'MKIO_PROXY_MAX_HEADER',
    kind: kinds.size,
    default: '16KiB',
    group: 'listener',
    about: 'Largest head of a request',
  },
  callerTimeout: {
    env: 'MKIO_PROXY_CALLER_TIMEOUT',
    kind: kinds.duration({ min: '1ms' }),
    default: '1m',
    group: 'listener',
    about: 'Longest time for the head of a request, and longest pause within its body',
  },
  maxStall: {
    env: 'MKIO_PROXY_MAX_STALL',
    kind: kinds.durationOrOff,
    default: '500ms',
    group: 'listener',
    about:
      'Longest time that the process may take to come to its next event, on average of a second; two such seconds in a row, and callers get 503',
  },
  maxMemory: {
    env: 'MKIO_PROXY_MAX_MEMORY',
    kind: kinds.sizeOrAuto,
    default: 'auto',
    group: 'listener',
    about:
      "Most memory of the proxy's objects and buffers; beyond it, callers get 503; auto for two thirds of what container and V8 allow",
  },
  drainTimeout: {
    env: 'MKIO_PROXY_DRAIN_TIMEOUT',
    kind: kinds.duration({ min: '0s' }),
    default: '10s',
    group: 'listener',
    about: 'Time that exchanges get to end after a signal; 0s cuts them at once',
  },
  prestopDelay: {
    env: 'MKIO_PROXY_PRESTOP_DELAY',
    kind: kinds.duration({ min: '0s' }),
    default: '0s',
    group: 'listener',
    about:
      'Time after a signal in which it says that it is not ready and still serves: balancers need it to look elsewhere',
  },
  socket: {
    env: 'MKIO_PROXY_SOCKET',
    kind: kinds.path,
    group: 'listener',
    about: 'Unix socket that callers connect to, in place of host and port',
  },
  socketMode: {
    env: 'MKIO_PROXY_SOCKET_MODE',
    kind: kinds.fileMode,
    default: '0600',
    group: 'listener',
    about: 'Who may connect to the Unix socket; beyond its owner a caller key is needed',
  },
  allowedHosts: {
    env: 'MKIO_PROXY_ALLOWED_HOSTS',
    kind: kinds.hostPatterns,
    group: 'access',
    about: 'Further host names by which callers may address the proxy, separated by commas',
  },
  allowedOrigins: {
    env: 'MKIO_PROXY_ALLOWED_ORIGINS',
    kind: kinds.origins,
    group: 'access',
    about: 'Further origins whose web pages may use the proxy, separated by commas',
  },
  navigation: {
    env: 'MKIO_PROXY_NAVIGATION',
    kind: kinds.oneOf(NAVIGATIONS, 'answer'),
    default: 'ask',
    group: 'access',
    about: 'Answer to an address that is typed in a browser: a page with a link to the call, or the call itself',
  },
  callerKey: {
    env: 'MKIO_PROXY_CALLER_KEY',
    kind: kinds.key,
    group: 'access',
    about: 'Key that every caller has to send in the Authorization header, as a Bearer token',
    secret: true,
    outsideFile: true,
  },
  callerKeysFile: {
    env: 'MKIO_PROXY_CALLER_KEYS_FILE',
    kind: kinds.path,
    group: 'access',
    about: 'File with one `name:sha256` a line for each caller, as `mkio-proxy key new` prints it',
  },
  unsafeOpen: {
    env: 'MKIO_PROXY_UNSAFE_OPEN',
    kind: kinds.yesNo,
    default: 'no',
    group: 'access',
    about: 'Serve beyond this machine without a caller key: whoever reaches the proxy spends your token',
  },
  rateLimit: {
    env: 'MKIO_PROXY_RATE_LIMIT',
    kind: kinds.countOrOff,
    default: 'off',
    group: 'access',
    about: 'Most requests a minute of one caller',
  },
  maxExchanges: {
    env: 'MKIO_PROXY_MAX_EXCHANGES',
    kind: kinds.countOrOff,
    default: 'off',
    group: 'access',
    about: 'Most exchanges of one caller at a time',
  },
  budget: {
    env: 'MKIO_PROXY_BUDGET',
    kind: kinds.percentOrOff,
    default: 'off',
    group: 'access',
    about:
      "Share of MK.IO's limits (reads and writes a minute, for each project and for what names none) that all callers together may use",
  },
  redisUrl: {
    env: 'MKIO_PROXY_REDIS_URL',
    kind: kinds.redisUrl,
    group: 'access',
    about: 'Redis in which proxies of one organization count together for MKIO_PROXY_BUDGET and MKIO_PROXY_RATE_LIMIT',
    secret: true,
    outsideFile: true,
  },
  redisFailure: {
    env: 'MKIO_PROXY_REDIS_FAILURE',
    kind: kinds.oneOf(REDIS_FAILURES, 'outcome'),
    default: 'open',
    group: 'access',
    about: 'While Redis cannot count: open lets requests pass, closed answers 503',
  },
  policy: {
    env: 'MKIO_PROXY_POLICY',
    kind: kinds.policy,
    default: 'default',
    group: 'policy',
    about: 'What callers may do: built-in levels separated by commas, or the path of a file with rules',
  },
  policyAllow: {
    env: 'MKIO_PROXY_POLICY_ALLOW',
    kind: kinds.rules,
    group: 'policy',
    about: 'Operations that are allowed whatever the policy says, separated by commas',
  },
  projects: {
    env: 'MKIO_PROXY_PROJECTS',
    kind: kinds.names,
    group: 'policy',
    about: 'The only MK.IO projects that callers may use, separated by commas',
  },
  adminHost: {
    env: 'MKIO_PROXY_ADMIN_HOST',
    kind: kinds.host,
    default: '127.0.0.1',
    group: 'admin',
    about: 'Address of the admin listener: inspector, health and metrics',
  },
  adminPort: {
    env: 'MKIO_PROXY_ADMIN_PORT',
    kind: kinds.portOrOff,
    default: '6547',
    group: 'admin',
    about: 'Port of the admin listener; 0 takes a free one, off disables it',
  },
  adminKey: {
    env: 'MKIO_PROXY_ADMIN_KEY',
    kind: kinds.key,
    group: 'admin',
    about:
      'Key for all of the admin listener but `/livez` and `/readyz`; without one, these are all it has beyond loopback',
    secret: true,
    outsideFile: true,
  },
  quit: {
    env: 'MKIO_PROXY_QUIT',
    kind: kinds.onOff,
    default: 'off',
    group: 'admin',
    about: 'Let `POST /quitquitquit` on the admin listener, or `mkio-proxy shutdown`, end the proxy, as Jobs need it',
  },
  capture: {
    env: 'MKIO_PROXY_CAPTURE',
    kind: kinds.oneOf(CAPTURES, 'capture'),
    default: 'headers',
    group: 'traffic',
    about: 'What is kept of exchanges for the inspector, without secrets: nothing, all but bodies, or bodies too',
  },
  captureBody: {
    env: 'MKIO_PROXY_CAPTURE_BODY',
    kind: kinds.size,
    default: '64KB',
    group: 'traffic',
    about: 'Most that is kept of one body',
  },
  captureCount: {
    env: 'MKIO_PROXY_CAPTURE_COUNT',
    kind: kinds.count,
    default: '1000',
    group: 'traffic',
    about: 'Most exchanges that are kept; the oldest go first',
  },
  captureBytes: {
    env: 'MKIO_PROXY_CAPTURE_BYTES',
    kind: kinds.size,
    default: '32MB',
    group: 'traffic',
    about: 'Most memory that kept exchanges take; the oldest go first',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    kind: kinds.oneOf(LEVELS, 'level'),
    default: 'info',
    group: 'logging',
    about: 'Least important level that is logged',
  },
  logFormat: {
    env: 'LOG_FORMAT',
    kind: kinds.oneOf(FORMATS, 'format'),
    default: 'auto',
    group: 'logging',
    about: 'json, pretty, or auto: pretty on a terminal and json elsewhere',
  },
  logFile: {
    env: 'MKIO_PROXY_LOG_FILE',
    kind: kinds.path,
    group: 'logging',
    about: 'File that JSON lines go to beside standard output, numbered: proxy.log names proxy.1.log and so on',
  },
  logFileSize: {
    env: 'MKIO_PROXY_LOG_FILE_SIZE',
    kind: kinds.size,
    default: '10MB',
    group: 'logging',
    about: 'Size from which on the next file takes the lines',
  },
  logFileCount: {
    env: 'MKIO_PROXY_LOG_FILE_COUNT',
    kind: kinds.count,
    default: '5',
    group: 'logging',
    about: 'Most such files that are kept when another begins; the oldest go first',
  },
  config: {
    env: 'MKIO_PROXY_CONFIG',
    kind: kinds.path,
    group: 'logging',
    about: 'Settings file in JSON; its keys are the flags in camelCase',
    outsideFile: true,
  },
} as const satisfies Record<string, Option>;

export type OptionKey = keyof typeof OPTIONS;

type ParsedBy<O> = O extends { readonly kind: Kind<infer T> } ? T : never;

/** The parsed settings. Settings without a default may be absent. */
export type Values = {
  readonly [K in OptionKey]:
    ParsedBy<(typeof OPTIONS)[K]> | ((typeof OPTIONS)[K] extends { readonly default: string } ? never : undefined);
};

export const OPTION_KEYS = Object.keys(OPTIONS) as readonly OptionKey[];

export const optionOf = (key: OptionKey): Option => OPTIONS[key];

/** `MKIO_PROXY_ADMIN_PORT` → `--admin-port`; undefined for a secret. */
export function flagOf(key: OptionKey): string | undefined {
  const { env, secret } = optionOf(key);
  if (secret === true) return undefined;
  return `--${env
    .replace(/^MKIO_(PROXY_)?/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;
}
