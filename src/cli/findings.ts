import type { ErrorCode } from '../errors.ts';
import { ProxyError, ERRORS } from '../errors.ts';
import { printable } from '../ops/printable.ts';

/** One thing that `check` looked at. */
export interface Finding {
  readonly ok: boolean;
  readonly what: string;
  readonly detail: string;
  /** What to do next; only where something is wrong. */
  readonly hint?: string;
  /** The exit code that it asks for. */
  readonly exit: number;
}

/** An answer that came through the proxy. */
export interface Answer {
  readonly status: number;
  /** The code of the proxy when it answered itself. */
  readonly ownCode: string | null;
  readonly body: unknown;
}

export const findingOf = (what: string, { code, message, hint, exit }: ProxyError): Finding => ({
  ok: false,
  what,
  detail: `${code}: ${message}`,
  hint,
  exit,
});

/** MK.IO's refusals and what they mean for the operator. */
const REFUSALS: Readonly<Record<number, Pick<Finding, 'hint' | 'exit'>>> = {
  401: { hint: 'The token is wrong, expired or revoked: create a new one at MK.IO.', exit: 3 },
  403: { hint: 'The token lacks the right: use one with more permissions, or ask an administrator.', exit: 3 },
  404: { hint: 'Check MKIO_PROJECT and MKIO_BASE_URL: MK.IO does not know this name.', exit: 2 },
};
const TROUBLE: Pick<Finding, 'hint' | 'exit'> = { hint: 'MK.IO has a problem: try again later.', exit: 5 };

export function judgeAnswer(what: string, { status, ownCode, body }: Answer): Finding {
  if (status >= 200 && status < 300) return { ok: true, what, detail: subjectOf(body), exit: 0 };
  const detail = printable(textAt(body, 'error', 'detail') ?? '');
  if (ownCode === null)
    return { ok: false, what, detail: `${status} ${detail}`.trim(), ...(REFUSALS[status] ?? TROUBLE) };
  const code: ErrorCode = ownCode in ERRORS ? (ownCode as ErrorCode) : 'INTERNAL';
  return findingOf(what, new ProxyError(code, detail));
}

/** Who or what an answer is about. */
const subjectOf = (body: unknown): string =>
  printable(textAt(body, 'spec', 'loginEmail') ?? textAt(body, 'metadata', 'name') ?? 'answered');

function textAt(body: unknown, ...path: readonly string[]): string | undefined {
  const found = path.reduce(
    (value, key) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[key],
    body,
  );
  return typeof found === 'string' ? found : undefined;
}
