import {
  parseForwardHeader,
  parseHost,
  parseHostPattern,
  parseName,
  parseOrigin,
  parsePrefix,
  parseRedisUrl,
} from './parsers.ts';
import type { PolicyChoice, Rule } from './policy.ts';
import { LEVELS, parsePolicy, parseRule } from './policy.ts';
import { parseDuration, parseSize } from './units.ts';
import { parseWords } from './words.ts';

/** Parser and description of a setting. No schema library, as every health probe loads this module. */
export interface Kind<T> {
  /** @throws Error that does not quote the value, as it may be a misplaced secret */
  readonly parse: (text: string) => T;
  /** Description of a valid value, after "give". */
  readonly expects: string;
  /** For `--flag <placeholder>`. */
  readonly placeholder: string;
  /** JSON Schema of the setting in a settings file, which has JSON numbers, booleans and lists. */
  readonly json: Readonly<Record<string, unknown>>;
}

const matching =
  (pattern: RegExp, problem: string) =>
  (text: string): string => {
    if (pattern.test(text)) return text;
    throw new TypeError(problem);
  };

const orOff = <T>({ parse, expects, placeholder, json }: Kind<T>, off: string): Kind<T | undefined> => ({
  parse: (text) => (text === 'off' ? undefined : parse(text)),
  expects: `${expects}, or ${off}`,
  placeholder: `${placeholder}|off`,
  json: { anyOf: [json, { const: 'off' }] },
});

/** Any text. It is passed on unchanged and never displayed. */
export const secret: Kind<string> = {
  parse: (text) => text,
  expects: 'the token alone',
  placeholder: 'token',
  json: { type: 'string' },
};

export const path: Kind<string> = {
  parse: matching(/\S/, 'is not a path'),
  expects: 'the path of a file',
  placeholder: 'path',
  json: { type: 'string', minLength: 1 },
};

export const command: Kind<readonly string[]> = {
  parse: parseWords,
  expects: 'a program with its arguments, quoted where they hold spaces; without a shell nothing is expanded',
  placeholder: 'command',
  json: { type: 'string', minLength: 1 },
};

export const name: Kind<string> = {
  parse: parseName,
  expects: "a project's name: letters, digits, `-`, `_` and `.`",
  placeholder: 'name',
  json: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$' },
};

export const origin: Kind<string> = {
  parse: parseOrigin,
  expects: 'scheme and host alone, such as https://app.mk.io',
  placeholder: 'url',
  json: { type: 'string', format: 'uri' },
};

export const host: Kind<string> = {
  parse: parseHost,
  expects: 'a host name or an IP address without a port',
  placeholder: 'host',
  json: { type: 'string', minLength: 1 },
};

const integer =
  (min: number, max: number, problem: string) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new RangeError(problem);
  };

export const port: Kind<number> = {
  parse: integer(0, 65_535, 'is not a port'),
  expects: 'a number from 0 (any free port) to 65535',
  placeholder: 'port',
  json: { type: 'integer', minimum: 0, maximum: 65_535 },
};

export const portOrOff = orOff(port, 'off');

export const count: Kind<number> = {
  parse: integer(1, 1_000_000, 'is not a count'),
  expects: 'a whole number from 1 to 1000000',
  placeholder: 'count',
  json: { type: 'integer', minimum: 1, maximum: 1_000_000 },
};

export const countOrOff = orOff(count, 'off for no limit');

export const duration = ({ min }: { readonly min: '0s' | '1ms' }): Kind<number> => ({
  parse: (text) => {
    const ms = parseDuration(text);
    if (ms >= parseDuration(min)) return ms;
    throw new RangeError('is too short');
  },
  expects: `a time with its unit, at least ${min}, such as 500ms, 10s, 2m or 1h`,
  placeholder: 'time',
  json: { type: 'string', pattern: '^\\d+(ms|s|m|h)$' },
});

export const durationOrOff = orOff(duration({ min: '1ms' }), 'off');

export const size: Kind<number> = {
  parse: (text) => {
    const bytes = parseSize(text);
    if (bytes > 0) return bytes;
    throw new RangeError('is too small');
  },
  expects: 'a size with its unit, such as 64KB, 10MB or 1GiB',
  placeholder: 'size',
  json: { type: 'string', pattern: '^\\d+(B|[KMG]i?B)$' },
};

export const sizeOrOff = orOff(size, 'off for no limit');

function choice<const T extends string>(choices: readonly T[], text: string, problem: string): T {
  const found = choices.find((known) => known === text);
  if (found !== undefined) return found;
  throw new TypeError(problem);
}

export const sizeOrAuto: Kind<number | 'auto' | undefined> = {
  ...sizeOrOff,
  parse: (text) => (text === 'auto' ? text : sizeOrOff.parse(text)),
  expects: `${size.expects}, auto, or off for no limit`,
  placeholder: 'size|auto|off',
  json: { anyOf: [size.json, { enum: ['auto', 'off'] }] },
};

const percent: Kind<number> = {
  parse: (text) => {
    const share = /^\d{1,3}%$/.test(text) ? parseInt(text, 10) / 100 : NaN;
    if (share > 0 && share <= 1) return share;
    throw new RangeError('is not a percentage');
  },
  expects: 'a whole percentage from 1% to 100%',
  placeholder: 'share',
  json: { type: 'string', pattern: '^\\d{1,3}%$' },
};

export const percentOrOff = orOff(percent, 'off for no limit');

export const redisUrl: Kind<string> = {
  parse: parseRedisUrl,
  expects: 'an address such as redis://host:6379/0, the password before an @ in it, or rediss: for TLS',
  placeholder: 'url',
  json: { type: 'string' },
};

export const onOff: Kind<boolean> = {
  parse: (text) => choice(['on', 'off'], text, 'is neither on nor off') === 'on',
  expects: 'on or off',
  placeholder: 'on|off',
  json: { anyOf: [{ type: 'boolean' }, { enum: ['on', 'off'] }] },
};

export const yesNo: Kind<boolean> = {
  parse: (text) => choice(['yes', 'no'], text, 'is neither yes nor no') === 'yes',
  expects: 'yes or no',
  placeholder: 'yes|no',
  json: { enum: ['yes', 'no'] },
};

const BEARER = /^[\w\-.~+/]+=*\s*$/;

/** A secret that callers send as a bearer token (RFC 6750 §2.1), too long to guess. */
export const key: Kind<string> = {
  parse: (text) => {
    const given = matching(BEARER, 'is blank or has characters that no bearer token has')(text).trim();
    if (given.length >= 16) return given;
    throw new RangeError('is too short');
  },
  expects: 'a key of at least 16 characters, as `mkio-proxy key new` prints it',
  placeholder: 'key',
  json: { type: 'string' },
};

export const fileMode: Kind<number> = {
  parse: (text) => parseInt(matching(/^0?[0-7]{3}$/, 'is not a file mode')(text), 8),
  expects: 'a file mode in octal digits, such as 0600 or 0660',
  placeholder: 'mode',
  json: { type: 'string', pattern: '^0?[0-7]{3}$' },
};

export const oneOf = <const T extends string>(choices: readonly [T, ...T[]], placeholder: string): Kind<T> => ({
  parse: (text) => choice(choices, text, 'is not one of the choices'),
  expects: `one of ${choices.join(', ')}`,
  placeholder,
  json: { enum: choices },
});

const listOf =
  <T>(parse: (item: string) => T) =>
  (text: string): readonly T[] => [...new Set(text === '' ? [] : text.split(',').map((item) => parse(item.trim())))];

const TEXTS = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };

export const prefixes: Kind<readonly string[]> = {
  parse: (text) => {
    const paths = listOf(parsePrefix)(text);
    if (paths.length > 0) return paths;
    throw new TypeError('holds no path');
  },
  expects: 'paths in canonical form separated by commas, such as /api/v1',
  placeholder: 'paths',
  json: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string', pattern: '^/' }, minItems: 1 }] },
};

export const headerNames: Kind<readonly string[]> = {
  parse: listOf(parseForwardHeader),
  expects: 'names of harmless request headers separated by commas, such as x-correlation-id',
  placeholder: 'names',
  json: TEXTS,
};

export const hostPatterns: Kind<readonly string[]> = {
  parse: listOf(parseHostPattern),
  expects: 'host names separated by commas, such as proxy.example.com, or .example.com for all names below it',
  placeholder: 'hosts',
  json: TEXTS,
};

export const origins: Kind<readonly string[]> = {
  parse: listOf(parseOrigin),
  expects: 'origins separated by commas, such as https://app.example.com or http://localhost:5173',
  placeholder: 'origins',
  json: TEXTS,
};

export const names: Kind<readonly string[]> = {
  parse: listOf(parseName),
  expects: 'names of projects separated by commas',
  placeholder: 'names',
  json: TEXTS,
};

export const policy: Kind<PolicyChoice> = {
  parse: parsePolicy,
  expects: `levels (${LEVELS.join(', ')}) separated by commas, or the path of a JSON file that holds a slash or ends in .json`,
  placeholder: 'policy',
  json: { type: 'string' },
};

export const rules: Kind<readonly Rule[]> = {
  parse: listOf(parseRule),
  expects: 'rules separated by commas, such as `POST /user/tokens`; * stands for one segment, ** for any number',
  placeholder: 'rules',
  json: TEXTS,
};
