import type { Group, OptionKey } from './options.ts';
import { OPTION_KEYS, flagOf, optionOf } from './options.ts';

export const GROUP_TITLES: Readonly<Record<Group, string>> = {
  token: 'Token',
  upstream: 'Upstream (MK.IO)',
  listener: 'Listener (what callers connect to)',
  access: 'Access (who may call)',
  policy: 'Policy (what callers may do)',
  admin: 'Admin listener (inspector, health, metrics)',
  traffic: 'Traffic (what the inspector keeps)',
  logging: 'Logging and settings file',
};

const GROUPS = Object.keys(GROUP_TITLES) as readonly Group[];

const keysOf = (group: Group): readonly OptionKey[] => OPTION_KEYS.filter((key) => optionOf(key).group === group);

/** commander's declaration, e.g. `--port <port>`; undefined for a secret. */
export function renderFlag(key: OptionKey): string | undefined {
  const flag = flagOf(key);
  return flag === undefined ? undefined : `${flag} <${optionOf(key).kind.placeholder}>`;
}

/** Line of `--help`: description, environment name and default. */
export function renderAbout(key: OptionKey): string {
  const { about, env, default: text } = optionOf(key);
  return `${about} [${env}${text === undefined ? '' : `, default ${text}`}]`;
}

/** Section of `--help` about settings without a flag. */
export function renderSecretHelp(): string {
  const secrets = OPTION_KEYS.map(optionOf).filter(({ secret }) => secret === true);
  return ['Environment alone, as others can read argv:', ...secrets.map(({ env, about }) => `  ${env}  ${about}`)].join(
    '\n',
  );
}

/** A `.env` file with every setting commented out, with its default. */
export function renderEnvExample(): string {
  const sections = GROUPS.map((group) => [`# ${GROUP_TITLES[group]}`, ...keysOf(group).map(envLines)].join('\n'));
  return `${[ENV_HEAD, ...sections].join('\n\n')}\n`;
}

const ENV_HEAD = `# Settings of mkio-proxy: copy to .env, which git ignores, and take away the # where you change something.
# Flags win over environment variables, these over .env, and .env over a settings file.
# Generated from src/config/options.ts: mkio-proxy settings --format env`;

function envLines(key: OptionKey): string {
  const { about, env, kind, default: text = '' } = optionOf(key);
  return `\n# ${about}.\n# Give ${kind.expects}.\n# ${env}=${text}`;
}

/** JSON Schema of settings files, for completion and checks in editors. */
export function renderSchema(): string {
  const properties = OPTION_KEYS.filter((key) => optionOf(key).outsideFile !== true).map((key) => {
    const { about, kind, default: text } = optionOf(key);
    const description = `${about}. Give ${kind.expects}.`;
    return [key, { description, ...kind.json, ...(text === undefined ? {} : { default: naturalOf(key, text) }) }];
  });
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Settings file of mkio-proxy',
    type: 'object',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, ...(Object.fromEntries(properties) as object) },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** A default as a JSON value: `6546` for a port, `"10s"` for a duration. */
function naturalOf(key: OptionKey, text: string): unknown {
  const parsed: unknown = optionOf(key).kind.parse(text);
  const isNatural = typeof parsed === 'boolean' || String(parsed) === text;
  return isNatural && !Array.isArray(parsed) ? parsed : text;
}

/** The settings table of the README. */
export function renderMarkdown(): string {
  const rows = OPTION_KEYS.map((key) => {
    const { env, about, default: text } = optionOf(key);
    const flag = flagOf(key);
    return [code(env), flag === undefined ? 'none' : code(flag), text === undefined ? '' : code(text), `${about}.`];
  });
  const table = [['Environment', 'Flag', 'Default', 'What it sets'], ['---', '---', '---', '---'], ...rows];
  return `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

const code = (text: string): string => `\`${text}\``;

export const SETTINGS_FORMATS = {
  env: renderEnvExample,
  schema: renderSchema,
  markdown: renderMarkdown,
} as const satisfies Record<string, () => string>;
