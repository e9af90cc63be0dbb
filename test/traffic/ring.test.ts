import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRing } from '../../src/traffic/ring.ts';

const LIMITS = { maxCount: 3, maxBytes: 100 };
const fill = (count: number, bytes = 1, limits = LIMITS) => {
  const ring = createRing<number>(limits);
  for (let item = 1; item <= count; item++) ring.push(item, bytes);
  return ring;
};
const itemsOf = ({ entries }: { entries: readonly { item: number }[] }) => entries.map(({ item }) => item);

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

  test('does not keep what is too large for it, and counts it as missed', () => {
    const ring = fill(1, 101);
    expect([ring.count(), ring.bytes()]).toEqual([0, 0]);
    expect(ring.read({ after: 0, limit: 1 })).toMatchObject({ entries: [], next: 1, missed: 1 });
  });

  test('is read page by page, though items come and go in between', () => {
    const ring = fill(3);
    const first = ring.read({ after: 0, limit: 2 });
    ring.push(4, 1);
    const second = ring.read({ after: first.next, limit: 2 });
    expect([itemsOf(first), first.more, itemsOf(second), second.more]).toEqual([[1, 2], true, [3, 4], false]);
    expect(second.missed).toBe(0);
  });

  test('goes on behind what a reader did not want', () => {
    const accepts = (item: number): boolean => item === 1;
    expect(fill(3).read({ after: 0, limit: 1, accepts })).toMatchObject({
      entries: [{ item: 1 }],
      next: 1,
      more: true,
    });
    expect(fill(3).read({ after: 1, limit: 1, accepts })).toMatchObject({ entries: [], next: 3, more: false });
  });

  test('forgets all when it is cleared, which no reader has missed, and gives no sequence twice', () => {
    const ring = fill(2);
    ring.clear();
    expect([ring.count(), ring.bytes(), ring.latest()]).toEqual([0, 0, 2]);
    ring.push(3, 1);
    expect(ring.read({ after: 0, limit: 9 })).toMatchObject({ entries: [{ sequence: 3, item: 3 }], missed: 0 });
  });

  test('finds the newest that is looked for, as long as it is kept', () => {
    const ring = fill(4);
    expect(ring.find((item) => item < 4)).toMatchObject({ item: 3 });
    expect(ring.find((item) => item === 1)).toBeUndefined();
  });

  test('tells its subscribers of pushes and clears until they leave', () => {
    const ring = fill(0);
    let told = 0;
    const leave = ring.subscribe(() => told++);
    ring.push(1, 1);
    ring.clear();
    leave();
    ring.push(2, 1);
    expect(told).toBe(2);
  });

  test('stays within its limits, and a reader in any rhythm gets or misses every item once', () => {
    const steps = fc.array(
      fc.oneof(
        fc.nat(60).map((bytes) => ({ bytes })),
        fc.nat(4).map((limit) => ({ limit })),
      ),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const ring = createRing<number>(LIMITS);
        const seen: number[] = [];
        let [pushed, after, missed] = [0, 0, 0];
        const read = (limit: number): void => {
          const page = ring.read({ after, limit });
          seen.push(...itemsOf(page));
          missed += page.missed;
          after = page.next;
        };
        for (const step of all) {
          if ('bytes' in step) ring.push(++pushed, step.bytes);
          else read(step.limit);
          expect(ring.count()).toBeLessThanOrEqual(LIMITS.maxCount);
          expect(ring.bytes()).toBeLessThanOrEqual(LIMITS.maxBytes);
        }
        read(LIMITS.maxCount);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        expect(new Set(seen).size + missed).toBe(pushed);
      }),
    );
  });
});
