import { ProxyError } from '../errors.ts';
import type { Policy } from './rules.ts';
import type { Target } from './target.ts';
import type { Denial } from './verdict.ts';

/** @throws ProxyError OPERATION_REFUSED, PROJECT_REFUSED (403) */
export function requireAllowed(policy: Policy, method: string, target: Target): void {
  const verdict = policy.decide(method, target);
  if (!verdict.allowed) throw refusalOf(verdict);
}

const refusalOf = ({ code, reason, rule, setting }: Denial): ProxyError =>
  new ProxyError(code, `The policy of this proxy refuses ${reason}.`, {
    hint: `The operator of the proxy can allow it by ${setting}.`,
    extraDetail: { rule, setting },
  });
