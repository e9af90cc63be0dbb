import type { ReadonlySignal } from '@preact/signals';
import { signal } from '@preact/signals';
import type { Exchange, WholeExchange } from './exchange.ts';

export interface Pin {
  readonly exchange: Exchange;
  /** undefined until loaded, or if the proxy no longer keeps it. */
  readonly whole: WholeExchange | undefined;
}

/** Pinned exchanges stay even if the proxy drops them. */
export interface Pins {
  readonly all: ReadonlySignal<readonly Pin[]>;
  readonly find: (id: string) => Pin | undefined;
  readonly toggle: (exchange: Exchange) => void;
}

export function createPins(load: (id: string) => Promise<WholeExchange>): Pins {
  const all = signal<readonly Pin[]>([]);
  const find = (id: string): Pin | undefined => all.value.find(({ exchange }) => exchange.id === id);
  const keepWhole = (id: string, whole: WholeExchange): void => {
    all.value = all.value.map((pin) => (pin.exchange.id === id ? { ...pin, whole } : pin));
  };
  return {
    all,
    find,
    toggle: (exchange) => {
      const { id } = exchange;
      if (find(id) !== undefined) {
        all.value = all.value.filter((pin) => pin.exchange.id !== id);
        return;
      }
      all.value = [...all.value, { exchange, whole: undefined }];
      load(id).then(
        (whole) => keepWhole(id, whole),
        // The summary from the list stays.
        () => undefined,
      );
    },
  };
}
