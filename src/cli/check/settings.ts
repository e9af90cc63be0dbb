import { OPTION_KEYS, OPTIONS, optionOf } from '../../config/options.ts';
import type { Settings } from '../../config/resolve.ts';
import type { Finding } from './findings.ts';
import { ok, warn } from './findings.ts';

const what = 'settings';

/** Counts the settings and lists those that loosen a default or mislead. */
export function examineSettings(settings: Settings, warnings: readonly string[]): readonly Finding[] {
  const set = OPTION_KEYS.filter((key) => isSet(settings[key].origin));
  const names = set.map((key) => optionOf(key).env);
  const detail = set.length === 0 ? 'all by default' : `set: ${names.join(', ')}`;
  const hint = `Look at the settings above; ${OPTIONS.config.env} and .env are among their origins.`;
  return [{ what, ...ok(detail) }, ...warnings.map((warning) => ({ what, ...warn(warning, hint) }))];
}

const isSet = (origin: string): boolean => origin !== 'default' && origin !== 'not set';
