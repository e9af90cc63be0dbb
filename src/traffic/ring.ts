export interface RingLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
}

export interface Kept<T> {
  /** Grows with every item, from 1 on, and is never given twice. */
  readonly sequence: number;
  readonly item: T;
}

export interface Reading<T> {
  /** Those behind this sequence; 0 for all that are kept. */
  readonly after: number;
  readonly limit: number;
  readonly accepts?: ((item: T) => boolean) | undefined;
}

export interface Page<T> {
  /** The oldest first. */
  readonly entries: readonly Kept<T>[];
  /** Where to go on reading. */
  readonly next: number;
  /** Whether there is more behind `next`. */
  readonly more: boolean;
  /** Items behind `after` that were pushed out before they could be read. */
  readonly missed: number;
}

/**
 * Keeps the newest items, bounded by their number and by their size.
 *
 * A reader is no more than the sequence that it has read up to: one that is slow or stuck costs nothing, and is told how
 * many items it missed.
 */
export interface Ring<T> {
  readonly push: (item: T, bytes: number) => void;
  readonly read: (reading: Reading<T>) => Page<T>;
  readonly find: (accepts: (item: T) => boolean) => Kept<T> | undefined;
  /** Forgets all; sequences go on. */
  readonly clear: () => void;
  /** Tells of every push and clear until the returned function is called. It must return at once: forwarding waits for it. */
  readonly subscribe: (onChange: () => void) => () => void;
  readonly count: () => number;
  readonly bytes: () => number;
  /** Sequence of the last item, 0 before the first. */
  readonly latest: () => number;
}

interface Slot<T> extends Kept<T> {
  readonly bytes: number;
}

export function createRing<T>({ maxCount, maxBytes }: RingLimits): Ring<T> {
  /** The item of a sequence is at the sequence modulo `maxCount`. */
  const slots: (Slot<T> | undefined)[] = [];
  const subscribers = new Set<() => void>();
  let oldest = 1;
  let latest = 0;
  let clearedUpTo = 0;
  let bytes = 0;

  const slotOf = (sequence: number): Slot<T> | undefined => slots[sequence % maxCount];
  const drop = (): void => {
    bytes -= slotOf(oldest)?.bytes ?? 0;
    slots[oldest % maxCount] = undefined;
    oldest++;
  };
  const tell = (): void => {
    for (const onChange of subscribers) onChange();
  };

  return {
    push: (item, itemBytes) => {
      if (latest - oldest + 1 === maxCount) drop();
      latest++;
      slots[latest % maxCount] = { sequence: latest, item, bytes: itemBytes };
      bytes += itemBytes;
      while (bytes > maxBytes) drop();
      tell();
    },
    read: ({ after, limit, accepts }) => {
      const entries: Slot<T>[] = [];
      let sequence = Math.max(after + 1, oldest);
      for (; sequence <= latest && entries.length < limit; sequence++) {
        const slot = slotOf(sequence);
        if (slot !== undefined && (accepts === undefined || accepts(slot.item))) entries.push(slot);
      }
      return {
        entries,
        next: Math.min(sequence - 1, latest),
        more: sequence <= latest,
        missed: Math.max(0, oldest - 1 - Math.max(after, clearedUpTo)),
      };
    },
    find: (accepts) => {
      for (let sequence = latest; sequence >= oldest; sequence--) {
        const slot = slotOf(sequence);
        if (slot !== undefined && accepts(slot.item)) return slot;
      }
      return undefined;
    },
    clear: () => {
      while (oldest <= latest) drop();
      clearedUpTo = latest;
      tell();
    },
    subscribe: (onChange) => {
      subscribers.add(onChange);
      return () => void subscribers.delete(onChange);
    },
    count: () => latest - oldest + 1,
    bytes: () => bytes,
    latest: () => latest,
  };
}
