import process from 'node:process';
import type { Flags } from '../config/layers.ts';
import { loadConfig, loadPolicy } from '../config/load.ts';
import { OPTIONS } from '../config/options.ts';
import type { Loaded, LoadedPolicy } from '../config/resolve.ts';
import { ProxyError } from '../errors.ts';
import { RUNNING_PIPE_LIMIT_MS } from '../text-file.ts';

/**
 * Loads the settings of this process.
 *
 * @throws ProxyError CONFIG_INVALID
 */
export const loadOwnSettings = (flags: Flags): Loaded =>
  loadConfig({ env: process.env, cwd: readCwd(), flags, execArgv: process.execArgv });

/** For commands that query a running proxy: an invalid policy file must not stop them, as the proxy keeps its rules. */
export const withoutPolicy = (flags: Flags): Flags => ({ ...flags, policy: OPTIONS.policy.default });

/**
 * Loads only the policy, with the secrets already removed from the environment.
 *
 * @throws ProxyError CONFIG_INVALID
 */
export const loadOwnPolicy = (flags: Flags, needsDotenv: boolean): LoadedPolicy =>
  loadPolicy({ env: process.env, cwd: readCwd(), flags, needsDotenv, pipeLimitMs: RUNNING_PIPE_LIMIT_MS });

function readCwd(): string {
  try {
    return process.cwd();
  } catch (error) {
    const hint = 'Change to a folder that exists.';
    throw new ProxyError('CONFIG_INVALID', 'the working directory no longer exists', { cause: error, hint });
  }
}
