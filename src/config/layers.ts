import type { ConfigIssue } from './issues.ts';
import { renderValue } from './issues.ts';
import { readNearest } from '../text/nearest.ts';
import type { OptionKey } from './options.ts';
import { OPTION_KEYS, OPTIONS, flagOf, optionOf } from './options.ts';

export type Env = Readonly<Record<string, string | undefined>>;
export type Flags = Readonly<Partial<Record<OptionKey, string>>>;

/** A raw setting and its origin. */
export interface Entry {
  readonly text: string;
  readonly origin: string;
}

/** Settings of one origin; later layers override earlier ones by object spread. */
export type Layer = Partial<Record<OptionKey, Entry>>;

export interface CheckedLayer {
  readonly layer: Layer;
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly string[];
}

const layerOf = (entryOf: (key: OptionKey) => Entry | undefined): Layer =>
  Object.fromEntries(
    OPTION_KEYS.flatMap((key) => {
      const entry = entryOf(key);
      return entry === undefined ? [] : [[key, entry]];
    }),
  );

export const DEFAULTS: Layer = layerOf((key) => {
  const text = optionOf(key).default;
  return text === undefined ? undefined : { text, origin: 'default' };
});

export const readFlags = (flags: Flags): Layer =>
  layerOf((key) => {
    const text = flags[key];
    return text === undefined ? undefined : { text, origin: `flag ${flagOf(key) ?? key}` };
  });

/** `origin` is `environment` or `.env`. */
export function readEnv(env: Env, origin: string): CheckedLayer {
  const layer = layerOf((key) => {
    const text = env[OPTIONS[key].env];
    // Compose files and shells write `FOO=` for "not set". A blank token is an error: the secret is missing.
    const secret = optionOf(key).secret === true;
    const unset = text === undefined || (text.trim() === '' && !secret);
    return unset ? undefined : { text: secret ? text : text.trim(), origin };
  });
  return { layer, ...checkEnvNames(Object.keys(env), origin) };
}

/** Finds the setting that differs only in its prefix, e.g. MKIO_TOKEN for MKIO_PROXY_TOKEN. */
const sameBarPrefix = (name: string): string | undefined =>
  KNOWN_ENV.find((known) => known.replace(/^MKIO_/, '') === name.replace(/^MKIO_PROXY_/i, '').toUpperCase());

const KNOWN_ENV: readonly string[] = OPTION_KEYS.map((key) => OPTIONS[key].env);

function checkEnvNames(names: readonly string[], origin: string): Omit<CheckedLayer, 'layer'> {
  const issues: ConfigIssue[] = [];
  const warnings: string[] = [];
  for (const name of names) {
    if (!/^MKIO_/i.test(name) || KNOWN_ENV.includes(name)) continue;
    const ours = /^MKIO_PROXY_/i.test(name);
    const nearest = ours ? (sameBarPrefix(name) ?? readNearest(name, KNOWN_ENV)) : readNearest(name, KNOWN_ENV, 2);
    if (ours || nearest !== undefined) issues.push(unknownName(name, origin, nearest, 'unset it'));
    else warnings.push(`${name} (${origin}) is no setting of mkio-proxy and is ignored.`);
  }
  return { issues, warnings };
}

/** `json` is the parsed content of a settings file. */
export function readSettings(json: unknown, origin: string): CheckedLayer {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { layer: {}, issues: [notAnObject(origin)], warnings: [] };
  }
  const issues: ConfigIssue[] = [];
  const layer: Layer = {};
  for (const [key, value] of Object.entries(json)) {
    if (key === '$schema') continue;
    const text = readText(value);
    if (!isFileKey(key)) issues.push(refusedKey(key, origin));
    else if (text === undefined) issues.push(notAValue(key, origin));
    else layer[key] = { text, origin };
  }
  return { layer, issues, warnings: [] };
}

const isFileKey = (key: string): key is OptionKey =>
  (OPTION_KEYS as readonly string[]).includes(key) && optionOf(key as OptionKey).outsideFile !== true;

/** Converts JSON numbers, booleans and lists to the text that the option table parses. */
function readText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  return undefined;
}

const unknownName = (setting: string, origin: string, nearest: string | undefined, otherwise: string): ConfigIssue => ({
  setting,
  origin,
  problem: 'is no setting of mkio-proxy',
  remedy: nearest === undefined ? otherwise : `did you mean ${nearest}`,
});

function refusedKey(key: string, origin: string): ConfigIssue {
  if (/token$/i.test(key)) {
    const remedy = 'give it by MKIO_TOKEN, or by tokenFile the path of a file that holds it';
    return { setting: 'token', origin, problem: 'a token does not belong into a settings file', remedy };
  }
  if (key === 'config') {
    return { setting: key, origin, problem: 'a settings file cannot name another one', remedy: 'remove it' };
  }
  const shown = /^\w{1,40}$/.test(key) ? key : renderValue(key);
  return unknownName(shown, origin, readNearest(key, OPTION_KEYS.filter(isFileKey)), 'remove it');
}

const notAValue = (key: OptionKey, origin: string): ConfigIssue => ({
  setting: OPTIONS[key].env,
  origin,
  problem: 'is neither a text, a number, a boolean nor a list of texts',
  remedy: `give ${optionOf(key).kind.expects}`,
});

const notAnObject = (origin: string): ConfigIssue => ({
  setting: OPTIONS.config.env,
  origin,
  problem: 'the file holds no JSON object',
  remedy: 'give an object with one member for each setting, as in config/sidecar.json',
});
