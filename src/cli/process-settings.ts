import process from 'node:process';
import { keysOf } from '../config/config.ts';
import type { Env, Flags } from '../config/layers.ts';
import { OPTION_KEYS, optionOf } from '../config/options.ts';
import type { Loaded } from '../config/resolve.ts';
import { renderLoosenings } from '../policy/loosenings.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { createSecrets } from '../secrets/secrets.ts';
import { registerAtExit } from './at-exit.ts';
import { loadOwnSettings } from './own-settings.ts';

const SECRETS = OPTION_KEYS.filter((key) => optionOf(key).secret === true);

export interface LoadedProcess extends Loaded {
  /** Masks the configured keys, and each token as soon as it is read. */
  readonly secrets: Secrets;
}

/** Loads the settings of this process, with a warning for each loosened default. */
export function loadProcessConfig(flags: Flags): LoadedProcess {
  const loaded = loadOwnSettings(flags);
  const { config, settings, warnings } = loaded;
  const secrets = createSecrets(keysOf(config));
  if (config.token.value !== undefined) secrets.hold(config.token.value.trim());
  registerAtExit({ redact: secrets.redact });
  const origins = { policy: settings.policy.origin, policyAllow: settings.policyAllow.origin };
  return { ...loaded, secrets, warnings: [...warnings, ...renderLoosenings(config.policy, origins)] };
}

/** Removes all secrets from the environment, which child processes and Node's diagnostic reports copy. */
export function clearEnvironment(): Env {
  for (const key of SECRETS) Reflect.deleteProperty(process.env, optionOf(key).env);
  // With DEBUG, ioredis prints every command, including its password and callers' names.
  Reflect.deleteProperty(process.env, 'DEBUG');
  return process.env;
}
