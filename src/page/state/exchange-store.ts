import type { ReadonlySignal, Signal } from '@preact/signals';
import { batch, computed, effect, signal } from '@preact/signals';
import { createMatcher, FilterError, parseFilter } from '../../traffic/filter.ts';
import type { Accepts } from '../../traffic/filter-keys.ts';
import type { Exchange } from './exchange.ts';

export interface ExchangeStore {
  /** Known exchanges, oldest first; at most as many as the proxy keeps. */
  readonly known: ReadonlySignal<readonly Exchange[]>;
  /** Those that match the filter. */
  readonly shown: ReadonlySignal<readonly Exchange[]>;
  readonly filter: Signal<string>;
  readonly filterProblem: ReadonlySignal<string | undefined>;
  /** The active filter: the last valid one. */
  readonly filterInForce: ReadonlySignal<string>;
  readonly isPaused: ReadonlySignal<boolean>;
  /** Number of exchanges received while paused. */
  readonly heldCount: ReadonlySignal<number>;
  readonly receive: (exchanges: readonly Exchange[]) => void;
  readonly togglePause: () => void;
  readonly forget: () => void;
  readonly setLimit: (count: number) => void;
}

const SETTLING_MS = 150;
const EVERYTHING: Accepts = () => true;

export function createExchangeStore(): ExchangeStore {
  const known = signal<readonly Exchange[]>([]);
  const held = signal<readonly Exchange[]>([]);
  const heldCount = signal(0);
  const isPaused = signal(false);
  const filter = signal('');
  let limit = 1_000;
  let arrived: Exchange[] = [];
  let plannedFrame: number | undefined;

  // A half-typed filter would match other exchanges.
  const settled = signal('');
  let settling: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const text = filter.value;
    clearTimeout(settling);
    settling = setTimeout(() => (settled.value = text), text === '' ? 0 : SETTLING_MS);
  });
  const read = computed(() => readFilter(settled.value));
  let last: ReadFilter = { text: '', accepts: EVERYTHING };
  const inForce = computed(() => {
    if (read.value.problem === undefined) last = read.value;
    return last;
  });

  /** At most once a frame. */
  const takeIn = (): void => {
    plannedFrame = undefined;
    const fresh = arrived;
    arrived = [];
    batch(() => {
      if (isPaused.value) heldCount.value += fresh.length;
      const target = isPaused.value ? held : known;
      target.value = [...target.value, ...fresh].slice(-limit);
    });
  };

  return {
    known,
    shown: computed(() => known.value.filter(inForce.value.accepts)),
    filter,
    filterProblem: computed(() => read.value.problem),
    filterInForce: computed(() => inForce.value.text),
    isPaused,
    heldCount,
    receive: (exchanges) => {
      arrived.push(...exchanges);
      // A hidden page has no frames.
      if (arrived.length > 2 * limit) arrived = arrived.slice(-limit);
      plannedFrame ??= requestAnimationFrame(takeIn);
    },
    togglePause: () => {
      batch(() => {
        isPaused.value = !isPaused.value;
        known.value = [...known.value, ...held.value].slice(-limit);
        held.value = [];
        heldCount.value = 0;
      });
    },
    forget: () => {
      arrived = [];
      batch(() => {
        known.value = [];
        held.value = [];
        heldCount.value = 0;
      });
    },
    setLimit: (count) => {
      limit = count;
    },
  };
}

interface ReadFilter {
  readonly text: string;
  readonly accepts: Accepts;
  readonly problem?: string;
}

function readFilter(text: string): ReadFilter {
  try {
    return { text, accepts: createMatcher(parseFilter(text)) };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { text, accepts: EVERYTHING, problem: error.message };
  }
}
