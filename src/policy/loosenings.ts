import type { PolicyConfig } from '../config/config.ts';
import type { Rule } from '../config/policy.ts';
import { findOperation } from './catalogue.ts';
import type { Guard } from './guarded.ts';
import { GUARDS } from './guarded.ts';
import { SAFE_METHODS } from './methods.ts';
import { compilePattern, overlaps } from './patterns.ts';

/** Where the settings came from, e.g. `environment`. */
export interface PolicyOrigins {
  readonly policy: string;
  readonly policyAllow: string;
}

const MINTING = ['/api/v1/user/tokens', '/auth/token'].map((path) => compilePattern({ method: 'POST', path }));
const MINTED = 'Minted tokens go to the caller, in the answer.';

/** What each loosened default of the policy now allows. */
export function renderLoosenings({ base, allow }: PolicyConfig, origins: PolicyOrigins): readonly string[] {
  if ('levels' in base && base.levels.includes('open')) {
    const opened = 'callers may do all that the token may, such as creating tokens and changing accounts and payment';
    return [`MKIO_PROXY_POLICY is open (${origins.policy}): ${opened}. ${MINTED}`];
  }
  return allow.flatMap((rule) => renderOpened(rule, origins.policyAllow));
}

function renderOpened(rule: Rule, origin: string): readonly string[] {
  // Guards are wide; this one may be among what they let through.
  if (findOperation(rule.method, rule.path)?.reads === true) return [];
  const pattern = compilePattern(rule);
  const opened = new Set(GUARDS.filter((guard) => opens(rule, guard)).map(({ what }) => what));
  if (opened.size === 0) return [];
  const minted = MINTING.some((minting) => overlaps(pattern, minting)) ? ` ${MINTED}` : '';
  return [`MKIO_PROXY_POLICY_ALLOW has "${rule.text}" (${origin}): allows ${[...opened].join(', ')}.${minted}`];
}

const opens = (rule: Rule, { pattern, reads }: Guard): boolean =>
  (reads || !SAFE_METHODS.has(rule.method)) && overlaps(compilePattern(rule), pattern);
