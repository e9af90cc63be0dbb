import type { PolicyConfig } from '../config/config.ts';
import type { Rule } from '../config/policy.ts';
import { findOperation } from './catalogue.ts';
import { GUARDS, refuseGuarded } from './guarded.ts';
import { SAFE_METHODS } from '../http/methods.ts';
import { OPERATIONS } from '../mkio/operations.ts';
import type { Pattern } from './patterns.ts';
import { compilePattern, compileTemplate, overlaps } from './patterns.ts';
import { readReadings } from './readings.ts';

/** Origins of the settings, e.g. `environment`. */
export interface PolicyOrigins {
  readonly policy: string;
  readonly policyAllow: string;
}

const MINTING = [
  compilePattern({ method: 'POST', path: '/api/v1/user/tokens' }),
  compilePattern({ method: '*', path: '/auth/**' }),
];
const MINTED = 'Minted tokens go to the caller, in the answer.';
const MAX_NAMES = 3;

/** A warning for each loosened default of the policy. */
export function renderLoosenings({ base, allow }: PolicyConfig, origins: PolicyOrigins): readonly string[] {
  if ('levels' in base && base.levels.includes('open')) {
    const opened = 'callers may do all that the token may, such as creating tokens and changing accounts and payment';
    return [`MKIO_PROXY_POLICY is open (${origins.policy}): ${opened}. ${MINTED}`];
  }
  return allow.flatMap((rule) => renderOpened(rule, origins.policyAllow));
}

function renderOpened(rule: Rule, origin: string): readonly string[] {
  const pattern = compilePattern(rule);
  const opened = readOpened(rule, pattern);
  if (opened.length === 0) return [];
  const more = opened.length > MAX_NAMES ? ` and ${opened.length - MAX_NAMES} more` : '';
  const names = opened.slice(0, MAX_NAMES).join(', ') + more;
  const minted = MINTING.some((minting) => overlaps(pattern, minting)) ? ` ${MINTED}` : '';
  return [`MKIO_PROXY_POLICY_ALLOW has "${rule.text}" (${origin}): callers may now ${names}.${minted}`];
}

/** The names of documented operations, or the guard if there are none. */
function readOpened(rule: Rule, pattern: Pattern): readonly string[] {
  const names = GUARDED_OPERATIONS.filter((operation) => overlaps(pattern, operation.pattern)).map(({ name }) => name);
  // Guards are wide and already allow reads, so a rule for a read opens nothing.
  if (names.length > 0 || findOperation(rule.method, rule.path)?.reads === true) return names;
  return GUARDS.filter((guard) => guard.reads || !SAFE_METHODS.has(rule.method))
    .filter((guard) => overlaps(pattern, guard.pattern))
    .map(({ what }) => `do this: ${what}`)
    .slice(0, 1);
}

const GUARDED_OPERATIONS = OPERATIONS.flatMap(({ method, template, name }) => {
  const readings = readReadings(template);
  const isGuarded = readings !== undefined && refuseGuarded({ method, ...readings }) !== undefined;
  const named = name.charAt(0).toLowerCase() + name.slice(1);
  return isGuarded ? [{ name: named, pattern: compileTemplate(method, template) }] : [];
});
