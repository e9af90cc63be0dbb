import type { PolicyConfig } from '../../src/config/config.ts';
import type { Level } from '../../src/config/policy.ts';
import { parsePolicyFile, parseRule } from '../../src/config/policy.ts';
import type { Policy } from '../../src/policy/rules.ts';
import { createPolicy } from '../../src/policy/rules.ts';

export interface PolicyText {
  readonly levels?: readonly Level[];
  /** The content of a policy file, instead of levels. */
  readonly file?: unknown;
  readonly allow?: readonly string[];
  readonly projects?: readonly string[];
}

export function parsePolicyText({ levels = ['default'], file, allow = [], projects = [] }: PolicyText): PolicyConfig {
  const base = file === undefined ? { levels } : parsePolicyFile(file);
  return { base, allow: allow.map(parseRule), projects };
}

export const policyOf = (text: PolicyText = {}): Policy => createPolicy(parsePolicyText(text));

/** `allow`, or the code of the refusal, for a request such as `GET /user/profile`. */
export function askPolicy(policy: Policy, request: string): string {
  const [method = '', path = ''] = request.split(' ');
  const absolute = /^\/(?:api|auth|\.well-known)\//.test(path) ? path : `/api/v1${path}`;
  const verdict = policy.decide(method, { path: absolute });
  return verdict.allowed ? 'allow' : verdict.code;
}
