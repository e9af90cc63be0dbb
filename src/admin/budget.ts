import { READS } from '../http/methods.ts';
import { MKIO_LIMITS } from '../mkio/limits.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';

/** Requests of the last minute, with MK.IO's limits. */
export interface ProjectBudget {
  /** null: calls without a project, which MK.IO counts for the organization. */
  readonly project: string | null;
  readonly reads: number;
  readonly writes: number;
  readonly maxReads: number;
  readonly maxWrites: number;
}

export interface Budget {
  readonly count: (exchange: Pick<ExchangeFacts, 'project' | 'method' | 'connectedMs' | 'retries'>) => void;
  /** Projects with calls in the last minute. */
  readonly read: () => ProjectBudget[];
}

/** Requests in each second of a minute. */
interface Use {
  readonly reads: Uint32Array;
  readonly writes: Uint32Array;
  /** The last counted second, since 1970. */
  second: number;
}

const SECONDS = 60;
/** Callers choose project names: the rest are counted together as `(others)`. */
const MAX_PROJECTS = 100;
const OTHERS = '(others)';

/** @param now milliseconds since 1970 */
export function createBudget(now: () => number): Budget {
  const uses = new Map<string | null, Use>();
  const secondNow = (): number => Math.floor(now() / 1_000);

  const useOf = (project: string | null): Use => {
    const known = uses.get(project);
    if (known !== undefined) return known;
    if (uses.size >= MAX_PROJECTS) forgetIdle();
    if (uses.size >= MAX_PROJECTS && project !== OTHERS) return useOf(OTHERS);
    const use = { reads: new Uint32Array(SECONDS), writes: new Uint32Array(SECONDS), second: secondNow() };
    uses.set(project, use);
    return use;
  };
  const forgetIdle = (): void => {
    for (const [project, use] of uses) {
      advance(use);
      if (sum(use.reads) + sum(use.writes) === 0) uses.delete(project);
    }
  };
  const advance = (use: Use): void => {
    const second = secondNow();
    for (let passed = Math.max(use.second + 1, second - SECONDS + 1); passed <= second; passed++) {
      use.reads[passed % SECONDS] = 0;
      use.writes[passed % SECONDS] = 0;
    }
    use.second = Math.max(use.second, second);
  };

  return {
    count: ({ project, method, connectedMs, retries = 0 }) => {
      // Requests that did not reach MK.IO do not count.
      if (connectedMs === undefined) return;
      const use = useOf(project ?? null);
      advance(use);
      const counts = READS.has(method) ? use.reads : use.writes;
      const slot = use.second % SECONDS;
      counts[slot] = (counts[slot] ?? 0) + 1 + retries;
    },
    read: () => {
      forgetIdle();
      return [...uses].map(([project, { reads, writes }]) => ({
        project,
        reads: sum(reads),
        writes: sum(writes),
        ...MKIO_LIMITS,
      }));
    },
  };
}

const sum = (counts: Uint32Array): number => counts.reduce((total, count) => total + count, 0);
