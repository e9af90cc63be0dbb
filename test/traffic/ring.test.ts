import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createRing } from '../../src/traffic/ring.ts';

const LIMITS = { maxCount: 3, maxBytes: 100 };
interface Item {
  readonly item: number;
  readonly text: string;
}
const create = (limits = LIMITS) =>
  createRing<Item, number>({
    ...limits,
    encode: ({ item, text }) => `${item} ${text}`,
    decode: (written) => ({ item: parseInt(written), text: written.slice(written.indexOf(' ') + 1) }),
    decodeHead: (bytes) => parseInt(bytes.toString()),
    // Negative items.
    aside: { maxCount: 2, maxBytes: 50, accepts: ({ item }) => item < 0 },
  });
/** An item that takes so many bytes. */
const sized = (item: number, bytes = 9): Item => ({ item, text: 'x'.repeat(bytes - `${item} `.length) });
const fill = (count: number, bytes?: number, limits = LIMITS) => {
  const ring = create(limits);
  for (let item = 1; item <= count; item++) ring.push(sized(item, bytes));
  return ring;
};
const itemsOf = ({ entries }: { entries: readonly { item: Item }[] }) => entries.map(({ item }) => item.item);

describe('A ring', () => {
  test('keeps the newest, and tells a reader how many it missed', () => {
    const page = fill(5).read({ after: 0, limit: 10 });
    expect(itemsOf(page)).toEqual([3, 4, 5]);
    expect(page).toMatchObject({ next: 5, more: false, missed: 2 });
  });

  test('pushes out as many as the new one needs bytes', () => {
    const ring = fill(3, 40);
    expect(itemsOf(ring.read({ after: 0, limit: 10 }))).toEqual([2, 3]);
    expect([ring.count(), ring.bytes()]).toEqual([2, 80]);
  });

  test('does not keep an item that is too large, and counts it as missed', () => {
    const ring = fill(1, 101);
    expect([ring.count(), ring.bytes()]).toEqual([0, 0]);
    expect(ring.read({ after: 0, limit: 1 })).toMatchObject({ entries: [], next: 1, missed: 1 });
  });

  test('is read page by page, though items come and go in between', () => {
    const ring = fill(3);
    const first = ring.read({ after: 0, limit: 2 });
    ring.push(sized(4));
    const second = ring.read({ after: first.next, limit: 2 });
    expect([itemsOf(first), first.more, itemsOf(second), second.more]).toEqual([[1, 2], true, [3, 4], false]);
    expect(second.missed).toBe(0);
  });

  test('continues after items that the reader did not accept', () => {
    const accepts = (item: number): boolean => item === 1;
    expect(fill(3).read({ after: 0, limit: 1, accepts })).toMatchObject({
      entries: [{ item: { item: 1 } }],
      next: 1,
      more: true,
    });
    expect(fill(3).read({ after: 1, limit: 1, accepts })).toMatchObject({ entries: [], next: 3, more: false });
  });

  test('forgets all when it is cleared, which no reader has missed, and gives no sequence twice', () => {
    const ring = fill(2);
    ring.clear();
    expect([ring.count(), ring.bytes(), ring.latest()]).toEqual([0, 0, 2]);
    ring.push(sized(3));
    expect(ring.read({ after: 0, limit: 9 })).toMatchObject({
      entries: [{ sequence: 3, item: { item: 3 } }],
      missed: 0,
    });
  });

  test('keeps some items aside, which push out only each other, and reads all in order', () => {
    const ring = create();
    for (const item of [1, -2, 3, -4, -5, -6]) ring.push(sized(item));
    expect(itemsOf(ring.read({ after: 0, limit: 9 }))).toEqual([1, 3, -5, -6]);
    const first = ring.read({ after: 0, limit: 2 });
    expect([itemsOf(first), first.missed, first.more]).toEqual([[1, 3], 2, true]);
    const second = ring.read({ after: first.next, limit: 2 });
    expect([itemsOf(second), second.missed, second.more]).toEqual([[-5, -6], 0, false]);
    expect(ring.find((item) => item > 0)).toMatchObject({ sequence: 3, item: { item: 3 } });
    expect(ring.find(() => true)).toMatchObject({ sequence: 6, item: { item: -6 } });
    expect(ring.count()).toBe(4);
  });

  test('finds the newest that is looked for, as long as it is kept', () => {
    const ring = fill(4);
    expect(ring.find((item) => item < 4)).toMatchObject({ item: { item: 3 } });
    expect(ring.find((item) => item === 1)).toBeUndefined();
  });

  test('decodes no item but those that are wanted whole', () => {
    const decoded: string[] = [];
    const ring = createRing({
      ...LIMITS,
      encode: (item: number) => String(item),
      decode: (text) => (decoded.push(text), Number(text)),
      decodeHead: (bytes) => Number(bytes.toString()),
    });
    for (const item of [1, 2, 3]) ring.push(item);
    expect(ring.list({ after: 0, limit: 9 }).entries.map(({ item }) => item)).toEqual([1, 2, 3]);
    ring.read({ after: 0, limit: 9, accepts: (item) => item === 2 });
    ring.find((item) => item === 1);
    ring.find((item) => item === 4);
    expect(decoded).toEqual(['2', '1']);
  });

  test('tells its subscribers of pushes and clears until they leave', () => {
    const ring = fill(0);
    let told = 0;
    const leave = ring.subscribe(() => told++);
    ring.push(sized(1));
    ring.clear();
    leave();
    ring.push(sized(2));
    expect(told).toBe(2);
  });

  test('stays within its limits, and a reader in any rhythm gets or misses every item once', () => {
    const steps = fc.array(
      fc.oneof(
        fc.integer({ min: 9, max: 60 }).map((bytes) => ({ bytes, isAside: false })),
        fc.integer({ min: 9, max: 60 }).map((bytes) => ({ bytes, isAside: true })),
        fc.nat(4).map((limit) => ({ limit })),
      ),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const ring = create();
        const seen: number[] = [];
        let [pushed, after, missed] = [0, 0, 0];
        const read = (limit: number): void => {
          const page = ring.read({ after, limit });
          seen.push(...itemsOf(page));
          missed += page.missed;
          after = page.next;
        };
        for (const step of all) {
          if ('bytes' in step) ring.push(sized(++pushed * (step.isAside ? -1 : 1), step.bytes));
          else read(step.limit);
          expect(ring.count()).toBeLessThanOrEqual(LIMITS.maxCount + 2);
          expect(ring.bytes()).toBeLessThanOrEqual(LIMITS.maxBytes + 50);
        }
        read(LIMITS.maxCount + 2);
        expect(seen).toEqual([...seen].sort((a, b) => Math.abs(a) - Math.abs(b)));
        expect(new Set(seen).size + missed).toBe(pushed);
      }),
    );
  });

  test('returns items unchanged, however its memory grows and wraps', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.nat(120_000).map((n) => 'ü'.repeat(n)),
    );
    const maxBytes = 400_000;
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (texts, maxCount) => {
        const ring = create({ maxCount, maxBytes });
        const kept: Item[] = [];
        texts.forEach((one, item) => {
          ring.push({ item, text: one });
          kept.push({ item, text: one });
          if (kept.length > maxCount) kept.shift();
          const { entries } = ring.read({ after: 0, limit: maxCount });
          // Memory may be too short for all: those that are kept are the newest.
          expect(entries.map((entry) => entry.item)).toEqual(kept.slice(kept.length - entries.length));
          // An item of up to 240,000 bytes may leave less than 80,000 on either side: no room for the next one.
          expect(entries.length === kept.length || ring.bytes() >= maxBytes / 5).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('leaves nothing of dropped items in memory', () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    onTestFinished(() => allocate.mockRestore());
    const ring = fill(3);
    const isInMemory = (): boolean => allocate.mock.results.some(({ value }) => (value as Buffer).includes('xxx'));
    expect(isInMemory()).toBe(true);

    ring.clear();

    expect(isInMemory()).toBe(false);
  });
});
