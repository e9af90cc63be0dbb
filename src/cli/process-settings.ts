import process from 'node:process';
import type { Config } from '../config/config.ts';
import type { Flags } from '../config/layers.ts';
import { loadConfig } from '../config/load.ts';
import { OPTION_KEYS, optionOf } from '../config/options.ts';
import type { Loaded } from '../config/resolve.ts';
import { ProxyError } from '../errors.ts';
import type { FoundToken } from '../token/sources.ts';
import { readToken } from '../token/sources.ts';

/** The settings of this process. */
export const loadProcessConfig = (flags: Flags): Loaded =>
  loadConfig({ env: process.env, cwd: readCwd(), flags, execArgv: process.execArgv });

function readCwd(): string {
  try {
    return process.cwd();
  } catch (error) {
    const hint = 'Change to a folder that exists.';
    throw new ProxyError('CONFIG_INVALID', 'the working directory no longer exists', { cause: error, hint });
  }
}

/** Takes the secrets out of the environment, which child processes and crash reports of Node would carry on. */
export function takeToken({ config, settings }: Loaded): FoundToken {
  for (const { env, secret } of OPTION_KEYS.map(optionOf))
    if (secret === true) Reflect.deleteProperty(process.env, env);
  return readToken(config.token, { token: settings.token.origin, tokenFile: settings.tokenFile.origin });
}

/** What goes on to the server: from here the store is the token's only home. */
export const withoutToken = (config: Config): Config => ({ ...config, token: { value: undefined, file: undefined } });
