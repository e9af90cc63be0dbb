import { checkAcross, renderWarnings } from './checks.ts';
import type { Facts } from './checks.ts';
import type { Config, PolicyConfig } from './config.ts';
import type { ConfigIssue } from './issues.ts';
import { ConfigError, holdsToken, renderValue } from './issues.ts';
import type { CheckedLayer, Entry, Env, Layer } from './layers.ts';
import type { OptionKey, Values } from './options.ts';
import { OPTION_KEYS, OPTIONS, optionOf } from './options.ts';
import type { PolicyChoice } from './policy.ts';
import { parsePolicyFile } from './policy.ts';

/** A setting for display. The text of a secret is masked. */
export interface Setting {
  readonly text: string | undefined;
  readonly origin: string;
}

export type Settings = Readonly<Record<OptionKey, Setting>>;

export interface Loaded {
  readonly config: Config;
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

export interface Surroundings {
  readonly env: Env;
  readonly execArgv: readonly string[];
  /** Reads a policy file as JSON; throws if it cannot be read. */
  readonly readPolicyFile: (path: string) => unknown;
}

/** Parses, checks and freezes the merged layers. Throws one ConfigError with all problems. */
export function resolveConfig(
  layers: readonly CheckedLayer[],
  { env, execArgv, readPolicyFile }: Surroundings,
): Loaded {
  const merged = Object.assign({}, ...layers.map(({ layer }) => layer)) as Layer;
  const { values, issues: wrongValues } = parseValues(merged);
  const originOf = (key: OptionKey): string => merged[key]?.origin ?? 'not set';
  const facts: Facts = { values, originOf, env, execArgv };
  const { policy, issues: wrongPolicy } = resolvePolicy(values.policy, originOf('policy'), readPolicyFile);
  const issues = [...layers.flatMap((layer) => layer.issues), ...wrongValues, ...wrongPolicy, ...checkAcross(facts)];
  if (issues.length > 0) throw new ConfigError(issues);
  return deepFreeze({
    config: assemble(values as Values, policy),
    settings: maskSecrets(merged),
    warnings: [...layers.flatMap((layer) => layer.warnings), ...renderWarnings(facts)],
  });
}

export interface LoadedPolicy {
  readonly policy: PolicyConfig;
  readonly settings: Pick<Settings, (typeof OF_POLICY)[number]>;
}

const OF_POLICY = ['policy', 'policyAllow', 'projects'] as const;

/** Resolves only the policy. Throws one ConfigError with all problems. */
export function resolvePolicyAlone(
  layers: readonly CheckedLayer[],
  readPolicyFile: Surroundings['readPolicyFile'],
): LoadedPolicy {
  const merged = Object.assign({}, ...layers.map(({ layer }) => layer)) as Layer;
  const { values, issues: wrongValues } = parseValues(merged, OF_POLICY);
  const origin = merged.policy?.origin ?? 'not set';
  const { policy, issues: wrongPolicy } = resolvePolicy(values.policy, origin, readPolicyFile);
  const issues = [...layers.flatMap((layer) => layer.issues), ...wrongValues, ...wrongPolicy];
  if (issues.length > 0) throw new ConfigError(issues);
  const masked = maskSecrets(merged);
  const settings = { policy: masked.policy, policyAllow: masked.policyAllow, projects: masked.projects };
  return deepFreeze({ policy: assemblePolicy(values, policy), settings });
}

function parseValues(
  entries: Layer,
  keys: readonly OptionKey[] = OPTION_KEYS,
): { readonly values: Partial<Values>; readonly issues: readonly ConfigIssue[] } {
  const values: Partial<Record<OptionKey, unknown>> = {};
  const issues: ConfigIssue[] = [];
  for (const key of keys) {
    const entry = entries[key];
    if (entry === undefined) continue;
    if (optionOf(key).secret !== true && holdsToken(entry.text)) {
      issues.push(misplacedToken(key, entry));
      continue;
    }
    try {
      values[key] = optionOf(key).kind.parse(entry.text);
    } catch (error) {
      issues.push(wrongValue(key, entry, (error as Error).message));
    }
  }
  return { values: values as Partial<Values>, issues };
}

const misplacedToken = (key: OptionKey, { origin }: Entry): ConfigIssue => ({
  setting: optionOf(key).env,
  origin,
  problem: 'holds a token',
  remedy: 'give the token by MKIO_TOKEN or in the file that MKIO_TOKEN_FILE names, and replace the one that stood here',
});

function wrongValue(key: OptionKey, { text, origin }: Entry, problem: string): ConfigIssue {
  const { env, kind, secret } = optionOf(key);
  const shown = secret === true ? 'the value' : renderValue(text);
  return { setting: env, origin, problem: `${shown} ${problem}`, remedy: `give ${kind.expects}` };
}

interface ResolvedPolicy {
  readonly policy: PolicyConfig['base'];
  readonly issues: readonly ConfigIssue[];
}

function resolvePolicy(
  choice: PolicyChoice = { levels: [] },
  origin: string,
  readPolicyFile: Surroundings['readPolicyFile'],
): ResolvedPolicy {
  if ('levels' in choice) return { policy: choice, issues: [] };
  try {
    return { policy: parsePolicyFile(readPolicyFile(choice.file)), issues: [] };
  } catch (error) {
    const problem = `the file ${choice.file} ${error instanceof Error ? error.message : 'cannot be read'}`;
    const remedy = 'give rules as in config/policy.json';
    return { policy: { levels: [] }, issues: [{ setting: OPTIONS.policy.env, origin, problem, remedy }] };
  }
}

const assemble = (values: Values, policy: PolicyConfig['base']): Config => ({
  token: {
    value: values.token,
    file: values.tokenFile,
    command: values.tokenCommand,
    commandTimeoutMs: values.tokenCommandTimeout,
    wait: values.waitForToken,
    revocationCheckMs: values.revocationCheck,
  },
  project: values.project,
  upstream: {
    origin: values.baseUrl,
    connectTimeoutMs: values.connectTimeout,
    headersTimeoutMs: values.headersTimeout,
    idleTimeoutMs: values.idleTimeout,
  },
  listener: {
    host: values.host,
    port: values.port,
    prefixes: values.prefixes,
    forwardHeaders: values.forwardHeaders ?? [],
    rewriteLinks: values.rewriteLinks,
    maxBodyBytes: values.maxBody,
    maxConnections: values.maxConnections,
    maxPipelined: values.maxPipelined,
    maxHeaderBytes: values.maxHeader,
    callerTimeoutMs: values.callerTimeout,
    maxStallMs: values.maxStall,
    maxMemoryBytes: values.maxMemory,
    drainTimeoutMs: values.drainTimeout,
    prestopDelayMs: values.prestopDelay,
    socket: values.socket === undefined ? undefined : { path: values.socket, mode: values.socketMode },
  },
  access: {
    allowedHosts: values.allowedHosts ?? [],
    allowedOrigins: values.allowedOrigins ?? [],
    passNavigations: values.navigation === 'pass',
    callerKey: values.callerKey,
    callerKeysFile: values.callerKeysFile,
    rateLimit: values.rateLimit,
    maxExchanges: values.maxExchanges,
    budgetShare: values.budget,
    redis:
      values.redisUrl === undefined ? undefined : { url: values.redisUrl, failOpen: values.redisFailure === 'open' },
  },
  policy: assemblePolicy(values, policy),
  admin:
    values.adminPort === undefined
      ? undefined
      : { host: values.adminHost, port: values.adminPort, key: values.adminKey, mayQuit: values.quit },
  capture: {
    mode: values.capture,
    maxBodyBytes: values.captureBody,
    maxExchanges: values.captureCount,
    maxBytes: values.captureBytes,
  },
  log: {
    level: values.logLevel,
    format: values.logFormat,
    file:
      values.logFile === undefined
        ? undefined
        : { path: values.logFile, maxBytes: values.logFileSize, maxCount: values.logFileCount },
  },
});

const assemblePolicy = (values: Partial<Values>, base: PolicyConfig['base']): PolicyConfig => ({
  base,
  allow: values.policyAllow ?? [],
  projects: values.projects ?? [],
});

const maskSecrets = (entries: Layer): Settings =>
  Object.fromEntries(
    OPTION_KEYS.map((key) => {
      const { text, origin = 'not set' } = entries[key] ?? {};
      const masked = optionOf(key).secret === true && text !== undefined ? `set (${text.length} characters)` : text;
      return [key, { text: masked, origin }];
    }),
  ) as Settings;

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
