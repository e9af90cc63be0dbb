import type { Level } from '../config/policy.ts';
import type { Family } from '../mkio/operations.ts';
import { OPERATIONS } from '../mkio/operations.ts';
import { readFoldedOperations, readOperations } from './catalogue.ts';
import { FAMILY_PATTERNS, STARTING } from './families.ts';
import { SAFE_METHODS } from '../http/methods.ts';
import type { Asked } from './patterns.ts';
import { compilePattern, compileTemplate, liesWithin, matchesSome } from './patterns.ts';
import { renderOpening } from './suggestion.ts';
import type { Denial, Verdict } from './verdict.ts';

/** Judges by built-in levels: all must allow a request, but of several families one is enough. */
export function createLevelJudge(levels: readonly Level[]): (asked: Asked) => Verdict {
  const families = levels.filter((level): level is Family => level in FAMILY_PATTERNS);
  const refuseOthers = families.length > 0 ? createFamilyRefusal(families) : undefined;
  const refuseWrites = levels.includes('read-only') ? refuseUnlessRead : undefined;
  const yes = { allowed: true, rule: `level ${levels.join(',')}` } as const;
  return (asked) => refuseWrites?.(asked) ?? refuseOthers?.(asked) ?? yes;
}

function createFamilyRefusal(families: readonly Family[]): (asked: Asked) => Denial | undefined {
  const patterns = [...STARTING, ...families.flatMap((family) => FAMILY_PATTERNS[family])];
  const level = families.join(',');
  return (asked) => (liesWithin(patterns, asked) ? undefined : deny(asked, level, `what is not of ${level}`));
}

const MEDIA = '/api/v1/projects/{project_name}/media/';
/** The same reads at the older addresses of clients before /api/v1. */
const OLDER_SECRETS = [
  ...OPERATIONS.filter(({ method, template, returnsSecrets }) => {
    return method === 'GET' && returnsSecrets && template.startsWith(MEDIA);
  }).map(({ template }) => compileTemplate('GET', template.replace(MEDIA, '/api/ams/{project_name}/'))),
  compilePattern({ method: 'GET', path: '/api/accounts/*/subscriptions/*/storage/**' }),
];

function refuseUnlessRead(asked: Asked): Denial | undefined {
  if (handsOutSecrets(asked)) return deny(asked, 'read-only', 'reading secrets');
  const reads = SAFE_METHODS.has(asked.method) || readOperations(asked).every((operation) => operation?.reads === true);
  return reads ? undefined : deny(asked, 'read-only', 'what does not only read');
}

const handsOutSecrets = (asked: Asked): boolean =>
  readFoldedOperations(asked).some((operation) => operation?.returnsSecrets === true) ||
  OLDER_SECRETS.some((pattern) => matchesSome(pattern, asked));

const deny = (asked: Asked, level: string, reason: string): Denial => ({
  allowed: false,
  code: 'OPERATION_REFUSED',
  rule: `level ${level}: ${reason}`,
  reason,
  setting: renderOpening(asked),
});
