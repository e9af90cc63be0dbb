export interface RingOptions<T, Head> {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly encode: (item: T) => string;
  readonly decode: (text: string) => T;
  /** Reads what readers judge by, and no more, as an item may be large. */
  readonly decodeHead: (bytes: Buffer) => Head;
}

export interface Kept<T> {
  /** Grows with every item, from 1 on, and is never given twice. */
  readonly sequence: number;
  readonly item: T;
}

export interface Reading<Head> {
  /** Those behind this sequence; 0 for all that are kept. */
  readonly after: number;
  readonly limit: number;
  readonly accepts?: ((head: Head) => boolean) | undefined;
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
export interface Ring<T, Head> {
  readonly push: (item: T) => void;
  readonly read: (reading: Reading<Head>) => Page<T>;
  /** The same with the heads alone. */
  readonly list: (reading: Reading<Head>) => Page<Head>;
  readonly find: (accepts: (head: Head) => boolean) => Kept<T> | undefined;
  /** Forgets all; sequences go on. */
  readonly clear: () => void;
  /** Tells of every push and clear until the returned function is called. It must return at once: forwarding waits for it. */
  readonly subscribe: (onChange: () => void) => () => void;
  readonly count: () => number;
  /** Bytes of UTF-8 that the items take. */
  readonly bytes: () => number;
  /** Sequence of the last item, 0 before the first. */
  readonly latest: () => number;
}

const FIRST_BYTES = 64 * 1024;

/** Items live as text in one piece of memory outside the heap: there, what is kept costs no collector anything. */
export function createRing<T, Head>(options: RingOptions<T, Head>): Ring<T, Head> {
  const { maxCount, maxBytes, encode, decode, decodeHead } = options;
  let block = Buffer.allocUnsafeSlow(Math.min(FIRST_BYTES, maxBytes));
  /** Where the item of a sequence is in the block: at the sequence modulo `maxCount`. */
  const starts: number[] = [];
  const sizes: number[] = [];
  const subscribers = new Set<() => void>();
  let oldest = 1;
  let latest = 0;
  let clearedUpTo = 0;
  let bytes = 0;

  const startOf = (sequence: number): number => starts[sequence % maxCount] ?? 0;
  const sizeOf = (sequence: number): number => sizes[sequence % maxCount] ?? 0;
  const bytesOf = (sequence: number): Buffer => block.subarray(startOf(sequence), startOf(sequence) + sizeOf(sequence));
  const headOf = (sequence: number): Head => decodeHead(bytesOf(sequence));
  const itemOf = (sequence: number): T => decode(bytesOf(sequence).toString());
  const drop = (): void => {
    bytes -= sizeOf(oldest);
    oldest++;
  };
  const tell = (): void => {
    for (const onChange of subscribers) onChange();
  };

  /** Items stand in one piece each, behind the latest or, where the block ends, at its beginning again. */
  const findRoom = (size: number): number | undefined => {
    if (oldest > latest) return size <= block.length ? 0 : undefined;
    const head = startOf(latest) + sizeOf(latest);
    const tail = startOf(oldest);
    if (startOf(latest) < tail) return tail - head >= size ? head : undefined;
    if (block.length - head >= size) return head;
    return tail >= size ? 0 : undefined;
  };
  const grow = (size: number): void => {
    const larger = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(block.length * 2, size)));
    let end = 0;
    for (let sequence = oldest; sequence <= latest; sequence++) {
      const start = startOf(sequence);
      starts[sequence % maxCount] = end;
      end += block.copy(larger, end, start, start + sizeOf(sequence));
    }
    block = larger;
  };
  const place = (size: number): number => {
    let start = findRoom(size);
    while (start === undefined) {
      if (block.length < maxBytes) grow(size);
      else drop();
      start = findRoom(size);
    }
    return start;
  };

  const push = (text: string): void => {
    const size = Buffer.byteLength(text);
    if (size > maxBytes) {
      // It pushes out the others as any other would, and has no place itself.
      oldest = ++latest + 1;
      bytes = 0;
      return;
    }
    if (latest - oldest + 1 === maxCount) drop();
    const start = place(size);
    latest++;
    starts[latest % maxCount] = start;
    sizes[latest % maxCount] = block.write(text, start);
    bytes += size;
  };

  const readPage = <Shown>(
    { after, limit, accepts }: Reading<Head>,
    show: (sequence: number, head: Head) => Shown,
  ): Page<Shown> => {
    const entries: Kept<Shown>[] = [];
    let sequence = Math.max(after + 1, oldest);
    for (; sequence <= latest && entries.length < limit; sequence++) {
      const head = headOf(sequence);
      if (accepts === undefined || accepts(head)) entries.push({ sequence, item: show(sequence, head) });
    }
    return {
      entries,
      next: Math.min(sequence - 1, latest),
      more: sequence <= latest,
      missed: Math.max(0, oldest - 1 - Math.max(after, clearedUpTo)),
    };
  };

  return {
    push: (item) => {
      push(encode(item));
      tell();
    },
    read: (reading) => readPage(reading, itemOf),
    list: (reading) => readPage(reading, (_, head) => head),
    find: (accepts) => {
      for (let sequence = latest; sequence >= oldest; sequence--) {
        if (accepts(headOf(sequence))) return { sequence, item: itemOf(sequence) };
      }
      return undefined;
    },
    clear: () => {
      oldest = latest + 1;
      bytes = 0;
      clearedUpTo = latest;
      // What is forgotten is not to lie in memory either.
      block.fill(0);
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
