import type { Arena, ArenaLimits } from './arena.ts';
import { createArena } from './arena.ts';

export interface RingOptions<T, Head> extends ArenaLimits {
  readonly encode: (item: T) => string;
  readonly decode: (text: string) => T;
  /** Decodes only the part that filters need, as an item may be large. */
  readonly decodeHead: (bytes: Buffer) => Head;
  /** Limits of their own for some items, which then push out only each other. */
  readonly aside?: ArenaLimits & { readonly accepts: (item: T) => boolean };
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

/** Texts with their sequences, the oldest first. */
interface Part {
  readonly arena: Arena;
  readonly sequences: number[];
}

const createPart = (limits: ArenaLimits): Part => ({ arena: createArena(limits), sequences: [] });

/** Numbers the texts of its arenas. */
export function createRing<T, Head>(options: RingOptions<T, Head>): Ring<T, Head> {
  const { encode, decode, decodeHead, aside } = options;
  const main = createPart(options);
  const parts = aside === undefined ? [main] : [main, createPart(aside)];
  const subscribers = new Set<() => void>();
  let latest = 0;
  let clearedUpTo = 0;

  const sum = (of: (arena: Arena) => number): number => parts.reduce((total, { arena }) => total + of(arena), 0);
  const keptAfter = (after: number): number =>
    parts.reduce((total, { sequences }) => total + sequences.length - indexAfter(sequences, after), 0);
  const notify = (): void => {
    for (const onChange of subscribers) onChange();
  };

  const readPage = <Shown>(
    { after, limit, accepts }: Reading<Head>,
    show: (bytes: Buffer, head: Head) => Shown,
  ): Page<Shown> => {
    const from = Math.max(after, clearedUpTo);
    const entries: Kept<Shown>[] = [];
    let next = latest;
    for (const { sequence, bytes } of inOrder(parts, after)) {
      if (entries.length === limit) {
        next = sequence - 1;
        break;
      }
      const head = decodeHead(bytes);
      if (accepts === undefined || accepts(head)) entries.push({ sequence, item: show(bytes, head) });
    }
    const missed = Math.max(0, next - from - keptAfter(from) + keptAfter(next));
    return { entries, next, more: next < latest, missed };
  };

  return {
    push: (item) => {
      const { arena, sequences } = aside?.accepts(item) === true ? (parts[1] ?? main) : main;
      arena.push(encode(item));
      sequences.push(++latest);
      sequences.splice(0, sequences.length - arena.count());
      notify();
    },
    read: (reading) => readPage(reading, (bytes) => decode(bytes.toString())),
    list: (reading) => readPage(reading, (_, head) => head),
    find: (accepts) => {
      let found: Kept<Buffer> | undefined;
      for (const { arena, sequences } of parts) {
        for (let i = sequences.length - 1; i >= 0 && (sequences[i] ?? 0) > (found?.sequence ?? 0); i--) {
          if (accepts(decodeHead(arena.at(i)))) found = { sequence: sequences[i] ?? 0, item: arena.at(i) };
        }
      }
      return found && { sequence: found.sequence, item: decode(found.item.toString()) };
    },
    clear: () => {
      for (const { arena, sequences } of parts) {
        arena.clear();
        sequences.length = 0;
      }
      clearedUpTo = latest;
      notify();
    },
    subscribe: (onChange) => {
      subscribers.add(onChange);
      return () => void subscribers.delete(onChange);
    },
    count: () => sum((arena) => arena.count()),
    bytes: () => sum((arena) => arena.bytes()),
    latest: () => latest,
  };
}

/** Index of the first sequence after this one. */
function indexAfter(sequences: readonly number[], after: number): number {
  let [low, high] = [0, sequences.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sequences[middle] ?? 0) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The texts after a sequence, by their sequences. */
function* inOrder(parts: readonly Part[], after: number): Generator<{ sequence: number; bytes: Buffer }> {
  const places = parts.map((part) => ({ ...part, index: indexAfter(part.sequences, after) }));
  for (;;) {
    let first: (typeof places)[number] | undefined;
    for (const place of places) {
      const sequence = place.sequences[place.index];
      if (sequence !== undefined && sequence < (first?.sequences[first.index] ?? Infinity)) first = place;
    }
    if (first === undefined) return;
    yield { sequence: first.sequences[first.index] ?? 0, bytes: first.arena.at(first.index++) };
  }
}
