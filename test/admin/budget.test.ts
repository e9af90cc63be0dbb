import { describe, expect, test } from 'vitest';
import { createBudget } from '../../src/admin/budget.ts';

const LIMITS = { maxReads: 2_000, maxWrites: 1_000 };

function start() {
  let now = 1_000_000_000_000;
  const budget = createBudget(() => now);
  const count = (project: string | undefined, method = 'GET', connectedMs: number | undefined = 0) =>
    budget.count({ project, method, connectedMs, retries: undefined });
  return { budget, count, pass: (ms: number) => (now += ms) };
}

describe('the budget of a project', () => {
  test('counts reads and writes of the last minute, second by second', () => {
    const { budget, count, pass } = start();
    count('a');
    pass(30_000);
    count('a', 'HEAD');
    count('a', 'POST');
    expect(budget.read()).toEqual([{ project: 'a', reads: 2, writes: 1, ...LIMITS }]);
    pass(30_000);
    expect(budget.read()).toEqual([{ project: 'a', reads: 1, writes: 1, ...LIMITS }]);
    pass(29_000);
    expect(budget.read()).toEqual([{ project: 'a', reads: 1, writes: 1, ...LIMITS }]);
    pass(1_000);
    expect(budget.read()).toEqual([]);
  });

  test('counts retries too', () => {
    const { budget } = start();
    budget.count({ project: 'a', method: 'GET', connectedMs: 0, retries: 1 });
    expect(budget.read()).toEqual([{ project: 'a', reads: 2, writes: 0, ...LIMITS }]);
  });

  test('continues after a pause of any length and after the clock is set back', () => {
    const { budget, count, pass } = start();
    for (const ms of [0, 60_000, 3_600_000, -5_000, 1_000]) {
      pass(ms);
      count('a');
    }
    expect(budget.read()).toEqual([{ project: 'a', reads: 3, writes: 0, ...LIMITS }]);
  });

  test('ignores requests that did not reach MK.IO, and counts requests without a project for the organization', () => {
    const { budget, count } = start();
    budget.count({ project: 'a', method: 'GET', connectedMs: undefined, retries: undefined });
    count(undefined);
    expect(budget.read()).toEqual([{ project: null, reads: 1, writes: 0, ...LIMITS }]);
  });

  test('is kept for 100 projects; further names are counted together', () => {
    const { budget, count, pass } = start();
    for (let i = 0; i < 5_000; i++) count(`made-up-${i}`);
    expect(budget.read()).toHaveLength(101);
    expect(budget.read()).toContainEqual({ project: '(others)', reads: 4_900, writes: 0, ...LIMITS });
    pass(61_000);
    count('later');
    expect(budget.read()).toEqual([{ project: 'later', reads: 1, writes: 0, ...LIMITS }]);
  });
});
