import type { ProxyError } from '../../errors.ts';

export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** The finding of one examination. */
export interface Finding {
  readonly status: Status;
  /** Name of the examination, e.g. `token-type`; stable. */
  readonly what: string;
  /** The fact. */
  readonly detail: string;
  /** Next step; only for warnings and failures. */
  readonly hint?: string;
  /** A command line that does it. */
  readonly call?: string;
  /** The exit code that it asks for. */
  readonly exit: number;
}

/** A finding that does not know its name yet. */
export type Fact = Omit<Finding, 'what'>;

export const ok = (detail: string): Fact => ({ status: 'ok', detail, exit: 0 });
export const warn = (detail: string, hint: string): Fact => ({ status: 'warn', detail, hint, exit: 0 });
export const fail = (detail: string, hint: string, exit: number): Fact => ({ status: 'fail', detail, hint, exit });
export const skipped = (reason: string): Fact => ({ status: 'skipped', detail: `not looked at: ${reason}`, exit: 0 });

export const failed = ({ code, message, hint, exit }: ProxyError): Fact => fail(`${code}: ${message}`, hint, exit);
