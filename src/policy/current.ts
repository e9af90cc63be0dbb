import type { PolicyConfig } from '../config/config.ts';
import type { Policy } from './rules.ts';
import { createPolicy } from './rules.ts';

/** The policy in force. It is replaced as a whole, so that two policies never judge one request. */
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
