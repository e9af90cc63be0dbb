import type { ProxyError } from '../../errors.ts';

export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** Result of an examination. */
export interface Finding {
  readonly status: Status;
  /** Stable name of the examination, e.g. `token-type`. */
  readonly what: string;
  /** The fact. */
  readonly detail: string;
  /** Next step; required for warnings and failures, otherwise absent. */
  readonly hint?: string;
  /** Command line for the next step. */
  readonly call?: string;
  /** Exit code for this result. */
  readonly exit: number;
}

/** A finding without the name of its examination. */
export type Fact = Omit<Finding, 'what'>;

export const ok = (detail: string): Fact => ({ status: 'ok', detail, exit: 0 });
export const warn = (detail: string, hint: string): Fact => ({ status: 'warn', detail, hint, exit: 0 });
export const fail = (detail: string, hint: string, exit: number): Fact => ({ status: 'fail', detail, hint, exit });
export const skipped = (reason: string): Fact => ({ status: 'skipped', detail: `not looked at: ${reason}`, exit: 0 });

export const failed = ({ code, message, hint, exit }: ProxyError): Fact => fail(`${code}: ${message}`, hint, exit);
