import type { ConfigIssue } from './issues.ts';
import type { Env } from './layers.ts';
import { isLoopback, isWildcard, readName } from '../http/hosts.ts';
import type { OptionKey, Values } from './options.ts';
import { OPTIONS } from './options.ts';

/** Input of checks across settings. A value that could not be parsed is absent, as it is already reported. */
export interface Facts {
  readonly values: Partial<Values>;
  readonly originOf: (key: OptionKey) => string;
  readonly env: Env;
  readonly execArgv: readonly string[];
}

type Check = (facts: Facts) => ConfigIssue | undefined;

const TOKEN_SOURCES = ['token', 'tokenFile', 'tokenCommand'] as const;

const oneTokenSource: Check = ({ values, originOf }) => {
  const [first, ...others] = TOKEN_SOURCES.filter((key) => values[key] !== undefined);
  if (first === undefined || others.length === 0) return undefined;
  const beside = others.map((key) => `${OPTIONS[key].env} (${originOf(key)})`);
  return {
    setting: OPTIONS[first].env,
    origin: originOf(first),
    problem: `is set beside ${beside.join(' and ')}`,
    remedy: 'keep one of them',
  };
};

const tlsBeyondLoopback: Check = ({ values: { baseUrl }, originOf }) =>
  baseUrl?.startsWith('http:') === true && !isLoopback(new URL(baseUrl).hostname)
    ? {
        setting: 'MKIO_BASE_URL',
        origin: originOf('baseUrl'),
        problem: 'would send the token in plain text over a network',
        remedy: 'use https; http is for loopback addresses alone',
      }
    : undefined;

/** Users may export MKIO_BASE_URL for a client of the proxy, then start the proxy in the same shell. */
const notItself: Check = ({ values: { baseUrl, host, port, adminHost, adminPort }, originOf }) => {
  if (baseUrl === undefined) return undefined;
  const upstream = new URL(baseUrl);
  const upstreamPort = Number(upstream.port || (upstream.protocol === 'https:' ? 443 : 80));
  const listeners = [
    { host, port },
    { host: adminHost, port: adminPort },
  ];
  const met = listeners.some(
    (listener) =>
      listener.host !== undefined &&
      listener.port === upstreamPort &&
      (readName(upstream.hostname) === readName(listener.host) ||
        (isLoopback(upstream.hostname) && (isLoopback(listener.host) || isWildcard(listener.host)))),
  );
  if (!met) return undefined;
  return {
    setting: 'MKIO_BASE_URL',
    origin: originOf('baseUrl'),
    problem: 'points at the proxy itself, which is the value for its callers',
    remedy: `unset it for the proxy, or give the upstream, such as ${OPTIONS.baseUrl.default}`,
  };
};

const twoListeners: Check = ({ values: { host, port, adminHost, adminPort }, originOf }) => {
  if (host === undefined || adminHost === undefined || port === 0 || port === undefined) return undefined;
  const sameHost = host === adminHost || isWildcard(host) || isWildcard(adminHost);
  if (port !== adminPort || !sameHost) return undefined;
  return {
    setting: 'MKIO_PROXY_ADMIN_PORT',
    origin: originOf('adminPort'),
    problem: `is the port of the proxy (MKIO_PROXY_PORT, ${originOf('port')}) too`,
    remedy: 'give another port, 0 for a free one, or off',
  };
};

const verifiedTls: Check = ({ env }) =>
  env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
    ? {
        setting: 'NODE_TLS_REJECT_UNAUTHORIZED',
        origin: 'environment',
        problem: 'turns off the verification of TLS certificates, so anyone in between could take the token',
        remedy: 'unset it; for a company CA use NODE_EXTRA_CA_CERTS',
      }
    : undefined;

const LAX_PARSER = /(?:^|\s)--insecure-http-parser(?:=|\s|$)/;

const strictHttp: Check = ({ env, execArgv }) => {
  // Node accepts `_` for `-` in options, and quotes and escapes in NODE_OPTIONS.
  const isLax = (text: string): boolean => LAX_PARSER.test(text.replaceAll('_', '-').replace(/["'\\]/g, ''));
  const byEnvironment = isLax(env.NODE_OPTIONS ?? '');
  if (!byEnvironment && !execArgv.some(isLax)) return undefined;
  return {
    setting: '--insecure-http-parser',
    origin: byEnvironment ? 'environment NODE_OPTIONS' : 'argument of node',
    problem: 'lets requests through that this proxy and MK.IO read differently',
    remedy: 'remove it',
  };
};

/** With these permission bits, other users can connect to a socket. */
const OTHERS_MAY_WRITE = 0o022;

/** The setting that opens the proxy to other users; undefined if none does. */
function readOpening({ host, socket, socketMode }: Partial<Values>): OptionKey | undefined {
  if (socket !== undefined) return ((socketMode ?? 0) & OTHERS_MAY_WRITE) === 0 ? undefined : 'socketMode';
  return host === undefined || isLoopback(host) ? undefined : 'host';
}

const hasCallerKey = ({ callerKey, callerKeysFile }: Partial<Values>): boolean =>
  callerKey !== undefined || callerKeysFile !== undefined;

const callersAreKnown: Check = ({ values, originOf }) => {
  const opening = readOpening(values);
  if (opening === undefined || hasCallerKey(values) || values.unsafeOpen === true) return undefined;
  return {
    setting: OPTIONS[opening].env,
    origin: originOf(opening),
    problem: 'lets others than you reach the proxy, who would spend your token',
    remedy: `hand out caller keys by MKIO_PROXY_CALLER_KEYS_FILE (see \`mkio-proxy key new\`), or say MKIO_PROXY_UNSAFE_OPEN=yes`,
  };
};

const CHECKS: readonly Check[] = [
  oneTokenSource,
  tlsBeyondLoopback,
  notItself,
  twoListeners,
  verifiedTls,
  strictHttp,
  callersAreKnown,
];

export const checkAcross = (facts: Facts): ConfigIssue[] => CHECKS.flatMap((check) => check(facts) ?? []);

type Warn = (values: Partial<Values>, originOf: Facts['originOf']) => string | undefined;

/** Warnings about loosened defaults. */
const WARNINGS: readonly Warn[] = [
  (values, originOf) => {
    const opening = readOpening(values);
    if (opening === undefined) return undefined;
    const { env } = OPTIONS[opening];
    return hasCallerKey(values)
      ? `${env} (${originOf(opening)}): whoever reaches the proxy and has a caller key uses MK.IO with your token; keys and answers cross that network in plain text.`
      : `${env} (${originOf(opening)}): whoever reaches the proxy uses MK.IO with your token.`;
  },
  (values, originOf) => {
    const { allowedHosts = [] } = values;
    if (allowedHosts.length === 0) return undefined;
    const opened = `whoever controls the DNS of ${allowedHosts.join(', ')} can have web pages call the proxy`;
    // Browsers send fetch metadata to these hosts only over https.
    const hidden = hasCallerKey(values)
      ? ''
      : '; over plain HTTP any web page can cause GETs, unless you set a caller key';
    return `MKIO_PROXY_ALLOWED_HOSTS (${originOf('allowedHosts')}): ${opened}${hidden}.`;
  },
  ({ redisUrl, budget, rateLimit }, originOf) =>
    redisUrl === undefined || budget !== undefined || rateLimit !== undefined
      ? undefined
      : `MKIO_PROXY_REDIS_URL (${originOf('redisUrl')}) has nothing to count: set MKIO_PROXY_BUDGET or MKIO_PROXY_RATE_LIMIT.`,
  ({ allowedOrigins = [] }, originOf) =>
    allowedOrigins.length === 0
      ? undefined
      : `MKIO_PROXY_ALLOWED_ORIGINS (${originOf('allowedOrigins')}): pages of ${allowedOrigins.join(', ')} use MK.IO with your token.`,
  ({ navigation }, originOf) =>
    navigation !== 'pass'
      ? undefined
      : `MKIO_PROXY_NAVIGATION is pass (${originOf('navigation')}): any web page can cause GETs with your token by a navigation.`,
  ({ adminHost, adminPort, adminKey }, originOf) =>
    adminHost === undefined || adminPort === undefined || isLoopback(adminHost)
      ? undefined
      : `MKIO_PROXY_ADMIN_HOST is ${adminHost} (${originOf('adminHost')}): whoever reaches this machine reads the health of the proxy${adminKey === undefined ? '' : ', and with MKIO_PROXY_ADMIN_KEY everything'}.`,
];

export const renderWarnings = ({ values, originOf }: Facts): string[] =>
  WARNINGS.flatMap((warn) => warn(values, originOf) ?? []);
