import type { ArenaLimits } from './arena.ts';
import { createArena } from './arena.ts';

export interface RingOptions<T, Head> extends ArenaLimits {
  readonly encode: (item: T) => string;
  readonly decode: (text: string) => T;
  /** Decodes only the part that filters need, as an item may be large. */
  readonly decodeHead: (bytes: Buffer) => Head;
}

export interface Kept<T> {
  /** Counts items from 1; never reused. */
  readonly sequence: number;
  readonly item: T;
}

export interface Reading<Head> {
  /** Reads items after this sequence; 0 reads all. */
  readonly after: number;
  readonly limit: number;
  readonly accepts?: ((head: Head) => boolean) | undefined;
}

export interface Page<T> {
  /** The oldest first. */
  readonly entries: readonly Kept<T>[];
  /** The `after` of the next page. */
  readonly next: number;
  /** Whether items follow `next`. */
  readonly more: boolean;
  /** Items after `after` that were dropped before they could be read. */
  readonly missed: number;
}

/**
 * The newest items, bounded by number and size.
 *
 * A reader is only the last sequence that it has read: a slow reader costs nothing and learns how many items it missed.
 */
export interface Ring<T, Head> {
  readonly push: (item: T) => void;
  readonly read: (reading: Reading<Head>) => Page<T>;
  /** `read`, with the heads only. */
  readonly list: (reading: Reading<Head>) => Page<Head>;
  /** The newest item that matches. */
  readonly find: (accepts: (head: Head) => boolean) => Kept<T> | undefined;
  /** Drops all items; sequences continue. */
  readonly clear: () => void;
  /**
   * Calls `onChange` after every push and clear. It must return at once, because forwarding waits for it.
   *
   * @returns a function that unsubscribes
   */
  readonly subscribe: (onChange: () => void) => () => void;
  readonly count: () => number;
  /** UTF-8 bytes of all items. */
  readonly bytes: () => number;
  /** Sequence of the newest item; 0 before the first. */
  readonly latest: () => number;
}

/** Numbers the texts of an arena. */
export function createRing<T, Head>(options: RingOptions<T, Head>): Ring<T, Head> {
  const { encode, decode, decodeHead } = options;
  const arena = createArena(options);
  const subscribers = new Set<() => void>();
  let latest = 0;
  let clearedUpTo = 0;

  const oldest = (): number => latest - arena.count() + 1;
  const bytesOf = (sequence: number): Buffer => arena.at(sequence - oldest());
  const headOf = (sequence: number): Head => decodeHead(bytesOf(sequence));
  const itemOf = (sequence: number): T => decode(bytesOf(sequence).toString());
  const notify = (): void => {
    for (const onChange of subscribers) onChange();
  };

  const readPage = <Shown>(
    { after, limit, accepts }: Reading<Head>,
    show: (sequence: number, head: Head) => Shown,
  ): Page<Shown> => {
    const entries: Kept<Shown>[] = [];
    let sequence = Math.max(after + 1, oldest());
    for (; sequence <= latest && entries.length < limit; sequence++) {
      const head = headOf(sequence);
      if (accepts === undefined || accepts(head)) entries.push({ sequence, item: show(sequence, head) });
    }
    return {
      entries,
      next: Math.min(sequence - 1, latest),
      more: sequence <= latest,
      missed: Math.max(0, oldest() - 1 - Math.max(after, clearedUpTo)),
    };
  };

  return {
    push: (item) => {
      arena.push(encode(item));
      latest++;
      notify();
    },
    read: (reading) => readPage(reading, itemOf),
    list: (reading) => readPage(reading, (_, head) => head),
    find: (accepts) => {
      for (let sequence = latest; sequence >= oldest(); sequence--) {
        if (accepts(headOf(sequence))) return { sequence, item: itemOf(sequence) };
      }
      return undefined;
    },
    clear: () => {
      arena.clear();
      clearedUpTo = latest;
      notify();
    },
    subscribe: (onChange) => {
      subscribers.add(onChange);
      return () => void subscribers.delete(onChange);
    },
    count: arena.count,
    bytes: arena.bytes,
    latest: () => latest,
  };
}
