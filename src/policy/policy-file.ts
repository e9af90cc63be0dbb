import type { PolicyRules } from '../config/policy.ts';
import type { Asked } from './patterns.ts';
import { compilePattern, matchesEvery, matchesSome } from './patterns.ts';
import { renderOpening } from './suggestion.ts';
import type { Denial, Verdict } from './verdict.ts';

/** The first rule that matches decides. */
export function createFileJudge({ rules, otherwise }: PolicyRules): (asked: Asked) => Verdict {
  const compiled = rules.map((rule) => ({
    ...rule,
    pattern: compilePattern(rule),
    rule: `policy file: ${rule.verdict} ${rule.text}`,
  }));
  return (asked) => {
    for (const { verdict, pattern, rule } of compiled) {
      if (verdict === 'allow' && matchesEvery(pattern, asked)) return { allowed: true, rule };
      if (verdict === 'deny' && matchesSome(pattern, asked)) return denyByFile(rule, renderOpening(asked));
    }
    const rule = `policy file: otherwise ${otherwise}`;
    return otherwise === 'allow' ? { allowed: true, rule } : denyByFile(rule, renderOpening(asked));
  };
}

const denyByFile = (rule: string, setting: string): Denial => ({
  allowed: false,
  code: 'OPERATION_REFUSED',
  rule,
  reason: 'what its policy file does not allow',
  setting,
});
