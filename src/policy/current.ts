import type { PolicyConfig } from '../config/config.ts';
import type { Policy } from './rules.ts';
import { createPolicy } from './rules.ts';

/** What callers may do just now: replaced whole, so that no request is judged by two. */
export interface CurrentPolicy extends Policy {
  readonly config: () => PolicyConfig;
  readonly replace: (config: PolicyConfig) => void;
}

export function createCurrentPolicy(first: PolicyConfig): CurrentPolicy {
  let config = first;
  let policy = createPolicy(first);
  return {
    config: () => config,
    replace: (next) => {
      config = next;
      policy = createPolicy(next);
    },
    decide: (method, target) => policy.decide(method, target),
  };
}
