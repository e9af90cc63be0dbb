import type { PolicyConfig } from '../config/config.ts';
import type { Level, Rule } from '../config/policy.ts';
import { refuseBatch } from './batch.ts';
import { refuseGuarded } from './guarded.ts';
import { createLevelJudge } from './levels.ts';
import { SAFE_METHODS } from '../http/methods.ts';
import type { Asked } from './patterns.ts';
import { compilePattern, matchesEvery } from './patterns.ts';
import { createFileJudge } from './policy-file.ts';
import { createConfinement } from './projects.ts';
import { readReadings } from './readings.ts';
import type { Target } from './target.ts';
import type { Denial, Judge, Verdict } from './verdict.ts';

export interface Policy {
  readonly decide: (method: string, target: Pick<Target, 'path'>) => Verdict;
}

/**
 * The rules, in order; the first verdict counts.
 *
 * An upstream may read a path leniently. So a denial applies if one reading matches, and a permission only if all match: no
 * encoding of a refused path passes.
 */
export function createPolicy({ base, allow, projects }: PolicyConfig): Policy {
  const isOpen = isLevel(base, 'open');
  const judges: readonly Judge[] = [
    refuseBatch,
    ...(projects.length > 0 ? [createConfinement(projects)] : []),
    ...allow.map(createOpening),
    ...(isOpen ? [] : [refuseGuarded]),
  ];
  const judgeRest = 'levels' in base ? createLevelJudge(base.levels) : createFileJudge(base);
  const decide = (asked: Asked): Verdict => firstOf(judges, asked) ?? judgeRest(asked);

  const free =
    projects.length === 0 && (isOpen ? FREE_WHEN_OPEN : isLevel(base, 'default') ? FREE_BY_DEFAULT : undefined);
  return {
    decide: (method, { path }) => {
      if (free && free.holds(method, path)) return free.verdict;
      const readings = readReadings(path);
      return readings === undefined ? AMBIGUOUS : decide({ method, ...readings });
    },
  };
}

const isLevel = (base: PolicyConfig['base'], level: Level): boolean => 'levels' in base && base.levels.includes(level);

function firstOf(judges: readonly Judge[], asked: Asked): Verdict | undefined {
  for (const judge of judges) {
    const verdict = judge(asked);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/** Requests that pass under every reading: most requests skip the readings. */
interface Free {
  readonly holds: (method: string, path: string) => boolean;
  readonly verdict: Verdict;
}

const FREE_WHEN_OPEN: Free = { holds: () => true, verdict: { allowed: true, rule: 'level open' } };

/** The default level refuses no read below /api. */
const FREE_BY_DEFAULT: Free = {
  holds: (method, path) => SAFE_METHODS.has(method) && path.startsWith('/api/') && !path.includes('%'),
  verdict: { allowed: true, rule: 'level default' },
};

const AMBIGUOUS: Denial = {
  allowed: false,
  code: 'OPERATION_REFUSED',
  rule: 'ambiguous path',
  reason: 'a path that servers read in many ways; encode each name once',
  setting: 'MKIO_PROXY_POLICY=open',
};

function createOpening(rule: Rule): Judge {
  const pattern = compilePattern(rule);
  const yes = { allowed: true, rule: `MKIO_PROXY_POLICY_ALLOW: ${rule.text}` } as const;
  return (asked) => (matchesEvery(pattern, asked) ? yes : undefined);
}
