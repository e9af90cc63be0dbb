import type { ReadonlySignal } from '@preact/signals';
import { effect, signal } from '@preact/signals';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export interface ThemeChoice {
  readonly current: ReadonlySignal<Theme>;
  readonly next: () => void;
}

const PLACE = 'mkio-proxy.theme';

export function createTheme(): ThemeChoice {
  const current = signal<Theme>(THEMES.find((theme) => theme === localStorage.getItem(PLACE)) ?? 'system');
  effect(() => {
    document.documentElement.dataset.theme = current.value;
    localStorage.setItem(PLACE, current.value);
  });
  return {
    current,
    next: () => {
      current.value = THEMES[(THEMES.indexOf(current.value) + 1) % THEMES.length] ?? 'system';
    },
  };
}
