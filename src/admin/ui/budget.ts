import { READS } from '../../policy/methods.ts';
import type { ProjectBudget } from '../budget.ts';
import { MKIO_LIMITS } from '../../policy/mkio-limits.ts';
import type { ExchangeFacts } from '../../traffic/record.ts';

const MINUTE_MS = 60_000;

/** The most used first. Only what reached MK.IO counts. */
export function reckonBudget(exchanges: readonly ExchangeFacts[], nowMs: number): readonly ProjectBudget[] {
  const budgets = new Map<string | null, { reads: number; writes: number }>();
  for (const { receivedAtMs, answeredBy, connectedMs, method, project = null } of exchanges) {
    if (receivedAtMs < nowMs - MINUTE_MS || (answeredBy !== 'upstream' && connectedMs === undefined)) continue;
    const budget = budgets.get(project) ?? { reads: 0, writes: 0 };
    if (READS.has(method)) budget.reads++;
    else budget.writes++;
    budgets.set(project, budget);
  }
  return [...budgets]
    .map(([project, used]) => ({ project, ...used, ...MKIO_LIMITS }))
    .toSorted((a, b) => useOf(b) - useOf(a));
}

/** The share that is used of whichever is closer to its limit: 1 is all of it. */
export const useOf = ({ reads, writes, maxReads, maxWrites }: ProjectBudget): number =>
  Math.max(reads / maxReads, writes / maxWrites);
