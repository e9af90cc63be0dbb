import type { JSX } from 'preact';
import type { ProjectBudget } from '../../admin/budget.ts';
import { Chip } from './chips.tsx';
import { renderCount } from '../../text/figures.ts';
import { useInspector } from '../inspector.ts';
import { Text } from '../text.tsx';

const MUCH = 0.7;

/** Use of MK.IO's limits in the last minute: the project closest to its limit; the title lists all. */
export function BudgetChip(): JSX.Element {
  const budgets = useInspector().status.view.value?.budget ?? [];
  const [tightest] = budgets.toSorted((a, b) => useOf(b) - useOf(a));
  if (tightest === undefined) {
    return (
      <Chip name="budget" tone="quiet">
        no calls this minute
      </Chip>
    );
  }
  const { project, reads, writes, maxReads, maxWrites } = tightest;
  const used = useOf(tightest);
  const title = budgets
    .map((budget) => `${budget.project ?? 'organization'}: ${budget.reads} reads, ${budget.writes} writes`)
    .join('\n');
  return (
    <Chip name="budget" tone={used >= 1 ? 'bad' : used >= MUCH ? 'warn' : 'good'} title={title} used={used}>
      <Text of={project ?? 'organization'} /> {renderCount(reads)}/{renderCount(maxReads)} reads · {renderCount(writes)}
      /{renderCount(maxWrites)} writes
    </Chip>
  );
}

/** Used share of the limit that is closer, from 0 to 1. */
const useOf = ({ reads, writes, maxReads, maxWrites }: ProjectBudget): number =>
  Math.max(reads / maxReads, writes / maxWrites);
