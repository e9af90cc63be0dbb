import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ProjectBudget } from '../budget.ts';
import { reckonBudget, useOf } from './budget.ts';
import { Chip } from './chips.tsx';
import { renderCount } from './figures.ts';
import { useInspector } from './inspector.ts';
import { Text } from './text.tsx';

const EVERY_MS = 1_000;
const MUCH = 0.7;

/** What the last minute took of what MK.IO allows: of the project that is closest to its limit, and of all by the title. */
export function BudgetChip(): JSX.Element {
  const { store, status } = useInspector();
  const [reckoned, setReckoned] = useState<readonly ProjectBudget[]>([]);
  // Not with every exchange: many come within a second.
  useEffect(() => {
    const reckon = (): void => setReckoned(reckonBudget(store.known.peek(), Date.now()));
    const timer = setInterval(reckon, EVERY_MS);
    return () => clearInterval(timer);
  }, [store]);
  const budgets = status.view.value?.budget ?? reckoned;
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
