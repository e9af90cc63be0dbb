import type { ReadonlySignal } from '@preact/signals';
import { signal } from '@preact/signals';
import { parseFilter } from '../../traffic/filter.ts';
import { readStored, store } from './storage.ts';

/** Recent filters, newest first, in the browser's storage. */
export interface FilterHistory {
  readonly entries: ReadonlySignal<readonly string[]>;
  readonly add: (filter: string) => void;
}

const PLACE = 'filters';
const MAX_ENTRIES = 20;

export function createFilterHistory(): FilterHistory {
  const entries = signal<readonly string[]>(readEntries());
  return {
    entries,
    add: (filter) => {
      const text = filter.trim();
      if (text === '' || !isReadable(text)) return;
      entries.value = [text, ...entries.value.filter((entry) => entry !== text)].slice(0, MAX_ENTRIES);
      store(PLACE, JSON.stringify(entries.value));
    },
  };
}

function isReadable(text: string): boolean {
  try {
    parseFilter(text);
    return true;
  } catch {
    return false;
  }
}

function readEntries(): string[] {
  try {
    const kept: unknown = JSON.parse(readStored(PLACE) ?? '[]');
    return Array.isArray(kept) ? kept.filter((entry) => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}
