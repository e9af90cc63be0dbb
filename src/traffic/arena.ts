export interface ArenaLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
}

/** A bounded queue of texts in one block of memory outside the heap, so that they cost the garbage collector nothing. */
export interface Arena {
  /** Drops the oldest texts until this one fits. A text above `maxBytes` drops all of them and is not stored. */
  readonly push: (text: string) => void;
  /** The UTF-8 bytes of a text; index 0 is the oldest. Valid until the next push. */
  readonly at: (index: number) => Buffer;
  /** Also overwrites the memory. */
  readonly clear: () => void;
  readonly count: () => number;
  readonly bytes: () => number;
}

interface Slot {
  readonly start: number;
  readonly size: number;
}

const FIRST_BYTES = 64 * 1024;
const NO_SLOT: Slot = { start: 0, size: 0 };

const endOf = ({ start, size }: Slot): number => start + size;

export function createArena({ maxCount, maxBytes }: ArenaLimits): Arena {
  let block = Buffer.allocUnsafeSlow(Math.min(FIRST_BYTES, maxBytes));
  /** A circular list: the slot at `index` is at `(first + index) % maxCount`. */
  const slots: Slot[] = [];
  let first = 0;
  let count = 0;
  let bytes = 0;

  const slotAt = (index: number): Slot => slots[(first + index) % maxCount] ?? NO_SLOT;
  const setSlot = (index: number, slot: Slot): void => void (slots[(first + index) % maxCount] = slot);
  const dropOldest = (): void => {
    bytes -= slotAt(0).size;
    first = (first + 1) % maxCount;
    count--;
  };
  const dropAll = (): void => {
    count = 0;
    bytes = 0;
  };

  /** Start of a free stretch: after the newest text, or at the beginning of the block again. */
  const findRoom = (size: number): number | undefined => {
    if (count === 0) return size <= block.length ? 0 : undefined;
    const [oldest, newest] = [slotAt(0), slotAt(count - 1)];
    const end = endOf(newest);
    if (newest.start < oldest.start) return oldest.start - end >= size ? end : undefined;
    if (block.length - end >= size) return end;
    return oldest.start >= size ? 0 : undefined;
  };
  const grow = (size: number): void => {
    const larger = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(block.length * 2, size)));
    let start = 0;
    for (let index = 0; index < count; index++) {
      const slot = slotAt(index);
      block.copy(larger, start, slot.start, endOf(slot));
      setSlot(index, { start, size: slot.size });
      start += slot.size;
    }
    block = larger;
  };
  const makeRoom = (size: number): number => {
    for (;;) {
      const start = findRoom(size);
      if (start !== undefined) return start;
      if (block.length < maxBytes) grow(size);
      else dropOldest();
    }
  };

  return {
    push: (text) => {
      const size = Buffer.byteLength(text);
      if (size > maxBytes) {
        dropAll();
        return;
      }
      if (count === maxCount) dropOldest();
      const start = makeRoom(size);
      block.write(text, start);
      setSlot(count++, { start, size });
      bytes += size;
    },
    at: (index) => block.subarray(slotAt(index).start, endOf(slotAt(index))),
    clear: () => {
      dropAll();
      block.fill(0);
    },
    count: () => count,
    bytes: () => bytes,
  };
}
