import type { Asked } from './patterns.ts';

export interface Allowance {
  readonly allowed: true;
  /** Which rule said yes. */
  readonly rule: string;
}

export interface Denial {
  readonly allowed: false;
  readonly code: 'OPERATION_REFUSED' | 'PROJECT_REFUSED';
  /** Which rule said no. */
  readonly rule: string;
  /** Why, as the end of a sentence. */
  readonly reason: string;
  /** Which setting would allow it. */
  readonly setting: string;
}

export type Verdict = Allowance | Denial;

/** One rule of a policy; undefined where it has nothing to say. */
export type Judge = (asked: Asked) => Verdict | undefined;
