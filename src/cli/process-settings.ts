import process from 'node:process';
import type { Config } from '../config/config.ts';
import { keysOf } from '../config/config.ts';
import type { Flags } from '../config/layers.ts';
import { loadConfig } from '../config/load.ts';
import { OPTION_KEYS, optionOf } from '../config/options.ts';
import type { Loaded } from '../config/resolve.ts';
import { ProxyError } from '../errors.ts';
import { renderLoosenings } from '../policy/loosenings.ts';
import type { FoundToken } from '../token/sources.ts';
import { readToken } from '../token/sources.ts';
import { prepareParting } from './parting.ts';
import { renderCommand } from './shell.ts';

const SECRETS = OPTION_KEYS.filter((key) => optionOf(key).secret === true);

/** The settings of this process, with a warning for each default that they loosen. */
export function loadProcessConfig(flags: Flags): Loaded {
  const loaded = loadConfig({ env: process.env, cwd: readCwd(), flags, execArgv: process.execArgv });
  const { config, settings, warnings } = loaded;
  prepareParting({ secrets: [config.token.value?.trim() ?? '', ...keysOf(config)] });
  const origins = { policy: settings.policy.origin, policyAllow: settings.policyAllow.origin };
  return { ...loaded, warnings: [...warnings, ...renderLoosenings(config.policy, origins)] };
}

function readCwd(): string {
  try {
    return process.cwd();
  } catch (error) {
    const hint = 'Change to a folder that exists.';
    throw new ProxyError('CONFIG_INVALID', 'the working directory no longer exists', { cause: error, hint });
  }
}

export interface TakenToken extends Pick<FoundToken, 'token' | 'source'> {
  readonly warnings: readonly string[];
}

/** Takes every secret out of the environment, which child processes and diagnostic reports of Node would carry on. */
export function takeToken({ config, settings }: Loaded): TakenToken {
  for (const key of SECRETS) Reflect.deleteProperty(process.env, optionOf(key).env);
  const found = readToken(config.token, { token: settings.token.origin, tokenFile: settings.tokenFile.origin });
  const { token, source, exposed } = found;
  prepareParting({ secrets: [token] });
  return { token, source, warnings: exposed === undefined ? [] : [renderExposure(exposed)] };
}

function renderExposure({ path, mode }: NonNullable<FoundToken['exposed']>): string {
  const remedy = renderCommand(['chmod', '600', path]);
  return `the token file can be read by others (mode 0${mode.toString(8)}): ${remedy}`;
}

/** What goes on to the server: from here the store is the token's only home. */
export const withoutToken = (config: Config): Config => ({ ...config, token: { value: undefined, file: undefined } });
