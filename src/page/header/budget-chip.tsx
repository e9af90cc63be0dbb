import type { JSX } from 'preact';
import type { ProjectBudget } from '../../admin/budget.ts';
import { Chip } from './chips.tsx';
import { renderCount } from '../../text/figures.ts';
import { useInspector } from '../inspector.ts';
import { Text } from '../text.tsx';

const MUCH = 0.7;

/** What the last minute took of what MK.IO allows: of the project that is closest to its limit, and of all by the title. */
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

/** The share that is used of whichever is closer to its limit: 1 is all of it. */
const useOf = ({ reads, writes, maxReads, maxWrites }: ProjectBudget): number =>
  Math.max(reads / maxReads, writes / maxWrites);
