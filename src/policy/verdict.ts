import type { Asked } from './patterns.ts';

export interface Allowance {
  readonly allowed: true;
  /** The rule that allowed it. */
  readonly rule: string;
}

export interface Denial {
  readonly allowed: false;
  readonly code: 'OPERATION_REFUSED' | 'PROJECT_REFUSED';
  /** The rule that denied it. */
  readonly rule: string;
  /** Why, as the end of a sentence. */
  readonly reason: string;
  /** The setting that would allow it. */
  readonly setting: string;
}

export type Verdict = Allowance | Denial;

/** One rule of a policy; undefined if the rule does not apply. */
export type Judge = (asked: Asked) => Verdict | undefined;
