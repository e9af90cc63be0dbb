import type { ReadonlySignal } from '@preact/signals';
import { effect, signal } from '@preact/signals';
import { readStored, store } from './storage.ts';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export interface ThemeChoice {
  readonly current: ReadonlySignal<Theme>;
  readonly next: () => void;
}

const PLACE = 'theme';

export function createTheme(): ThemeChoice {
  const current = signal<Theme>(THEMES.find((theme) => theme === readStored(PLACE)) ?? 'system');
  effect(() => {
    document.documentElement.dataset.theme = current.value;
    store(PLACE, current.value);
  });
  return {
    current,
    next: () => {
      current.value = THEMES[(THEMES.indexOf(current.value) + 1) % THEMES.length] ?? 'system';
    },
  };
}
