import type { About } from '../admin/statusz.ts';
import { OPTION_KEYS, optionOf } from '../config/options.ts';
import type { LoadedProcess } from './process-settings.ts';
import { readVersion } from './version.ts';

/** What `/statusz` tells of the settings in force. */
export function renderAbout({
  settings,
  secrets,
}: Pick<LoadedProcess, 'settings' | 'secrets'>): Pick<About, 'version' | 'settings'> {
  const rows = OPTION_KEYS.map((key) => {
    const { text, origin } = settings[key];
    return [optionOf(key).env, { value: text === undefined ? null : secrets.redact(text), origin }] as const;
  });
  return { version: readVersion(), settings: Object.fromEntries(rows) };
}
