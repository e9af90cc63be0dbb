import { resolve } from 'node:path';
import * as dotenv from 'dotenv';
import { readReason } from '../errors.ts';
import type { ConfigIssue } from './issues.ts';
import { holdsToken } from './issues.ts';
import { OPTIONS } from './options.ts';
import type { CheckedLayer, Env, Flags, Layer } from './layers.ts';
import { DEFAULTS, readEnv, readFlags, readSettings } from './layers.ts';
import type { Loaded, LoadedPolicy } from './resolve.ts';
import { resolveConfig, resolvePolicyAlone } from './resolve.ts';
import { withoutServiceLinks } from './service-links.ts';
import { readTextFile } from '../text-file.ts';

export interface ConfigInput {
  readonly env: Env;
  /** Folder of `.env`; relative paths start here. */
  readonly cwd: string;
  readonly flags?: Flags;
  /** Whether `.env` is required, as it existed at start. Without it, settings would be looser. */
  readonly needsDotenv?: boolean;
  /** Timeout for the writer of a pipe; absent at start. */
  readonly pipeLimitMs?: number;
  /** Node's own arguments. */
  readonly execArgv?: readonly string[];
}

const checked = (layer: Layer): CheckedLayer => ({ layer, issues: [], warnings: [] });

/** Precedence: flags, environment, `.env`, settings file, defaults. Throws one ConfigError with all problems. */
export function loadConfig(worlds: ConfigInput): Loaded {
  const { env, execArgv = [] } = worlds;
  return resolveConfig(readLayers(worlds), { env, execArgv, readPolicyFile: (path) => readJson(path, worlds) });
}

/** Loads only the policy, which can change while the proxy runs. */
export const loadPolicy = (worlds: ConfigInput): LoadedPolicy =>
  resolvePolicyAlone(readLayers(worlds), (path) => readJson(path, worlds));

function readLayers(worlds: ConfigInput): readonly CheckedLayer[] {
  const { env, flags = {} } = worlds;
  const over = [readDotenv(worlds), readEnv(withoutServiceLinks(env), 'environment'), checked(readFlags(flags))];
  const path = over.findLast(({ layer }) => layer.config !== undefined)?.layer.config?.text;
  // If the path is a token, the check of all settings reports it.
  const file = path === undefined || holdsToken(path) ? [] : [readSettingsFile(path, worlds)];
  return [checked(DEFAULTS), ...file, ...over];
}

/** Settings from flags and defaults only. */
export const loadFlags = (flags: Flags): Loaded =>
  resolveConfig([checked(DEFAULTS), checked(readFlags(flags))], {
    env: {},
    execArgv: [],
    readPolicyFile: (path) => readJson(path, { cwd: '.' }),
  });

type Place = Pick<ConfigInput, 'cwd' | 'pipeLimitMs'>;

function readDotenv({ needsDotenv = false, ...place }: ConfigInput): CheckedLayer {
  try {
    const text = readText('.env', place);
    const env = dotenv.parse(text);
    const read = readEnv(env, '.env');
    return { ...read, issues: [...read.issues, ...findUnread(text, env)] };
  } catch (error) {
    const code = readReason(error);
    // A folder named `.env` is usually a Python virtual environment.
    return !needsDotenv && (code === 'ENOENT' || code === 'EISDIR')
      ? checked({})
      : unreadable('.env', {
          origin: '.env',
          reason: `cannot be read (${code})`,
          remedy: needsDotenv ? RESTART : CORRECT,
        });
  }
}

/** Quoted values may span several lines. */
const QUOTED = /(?<==[ \t]*)(["'`])(?:\\[^]|(?!\1)[^\\])*\1/g;

/** Finds lines that look like settings but that dotenv ignores. The ignored line could be a restriction. */
function findUnread(text: string, env: Env): readonly ConfigIssue[] {
  const bare = text.replace(QUOTED, (quoted) => quoted.replace(/[^\n]/g, ''));
  return bare.split('\n').flatMap((line, index) => {
    const name = /^\s*(?:export\s+)?(MKIO_\w*|LOG_LEVEL|LOG_FORMAT)\b/.exec(line)?.[1];
    if (name === undefined || name in env) return [];
    const problem = `line ${index + 1} begins like a setting and is none`;
    return [{ setting: '.env', origin: '.env', problem, remedy: 'write it as NAME=value' }];
  });
}

function readSettingsFile(path: string, place: Place): CheckedLayer {
  const origin = `file ${path}`;
  try {
    return readSettings(readJson(path, place), origin);
  } catch (error) {
    return unreadable(OPTIONS.config.env, { origin, reason: (error as Error).message, remedy: CORRECT });
  }
}

/** Errors give only the reason, as a SyntaxError quotes the file, which may contain a secret. */
function readJson(path: string, place: Place): unknown {
  try {
    return JSON.parse(readText(path, place).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? 'is not valid JSON' : `cannot be read (${readReason(error)})`, {
      cause: error,
    });
  }
}

const readText = (path: string, { cwd, pipeLimitMs }: Place): string => readTextFile(resolve(cwd, path), pipeLimitMs);

const CORRECT = 'correct or remove it';
const RESTART = 'put it back, or start the proxy anew without it';

function unreadable(
  setting: string,
  { origin, reason, remedy }: Record<'origin' | 'reason' | 'remedy', string>,
): CheckedLayer {
  const issue = { setting, origin, problem: `the file ${reason}`, remedy };
  return { layer: {}, issues: [issue], warnings: [] };
}
