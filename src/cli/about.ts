import type { About } from '../admin/statusz.ts';
import type { OptionKey } from '../config/options.ts';
import { OPTION_KEYS, optionOf } from '../config/options.ts';
import type { Settings } from '../config/resolve.ts';
import type { Redact } from '../secrets/redact.ts';
import type { LoadedProcess } from './process-settings.ts';
import { readVersion } from './version.ts';

/** Renders the settings for `/statusz`. */
export const renderAbout = ({
  settings,
  secrets,
}: Pick<LoadedProcess, 'settings' | 'secrets'>): Pick<About, 'version' | 'settings'> => ({
  version: readVersion(),
  settings: renderSettings(settings, secrets.redact),
});

export const renderSettings = (settings: Partial<Settings>, redact: Redact): About['settings'] =>
  Object.fromEntries(OPTION_KEYS.flatMap((key) => renderSetting(key, settings, redact)));

function renderSetting(key: OptionKey, settings: Partial<Settings>, redact: Redact): [string, Setting][] {
  const setting = settings[key];
  if (setting === undefined) return [];
  const { text, origin } = setting;
  return [[optionOf(key).env, { value: text === undefined ? null : redact(text), origin }]];
}

type Setting = About['settings'][string];
