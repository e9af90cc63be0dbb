import type { ErrorCode } from '../../errors.ts';
import { ERRORS } from '../../errors.ts';
import type { StatusMeaning } from '../../mkio/statuses.ts';
import { explainStatus } from '../../mkio/statuses.ts';
import type { ExchangeFacts } from '../../traffic/facts.ts';

/** The facts that an explanation needs. */
export type ErrorFacts = Pick<ExchangeFacts, 'status' | 'answeredBy' | 'code' | 'ending' | 'project' | 'operationName'>;

/** Members of an error body, if kept. MK.IO and the proxy share its shape. */
export interface ToldError {
  readonly detail?: string;
  readonly hint?: string;
  readonly rule?: string;
  readonly setting?: string;
}

export interface Explanation extends StatusMeaning {
  /** The rule of the proxy's policy that refused it, and the setting that would allow it. */
  readonly rule?: string | undefined;
  readonly setting?: string | undefined;
}

const TRUNCATED: Explanation = {
  what: "MK.IO's answer broke off: what came is not all of it, and the caller's connection was ended uncleanly.",
  check: ['Send it again, if it may be sent twice.', 'Where it stays: look for a gateway between the proxy and MK.IO.'],
};
const CANCELLED: Explanation = {
  what: 'The caller left before the answer was complete, so the call to MK.IO was cancelled.',
  check: ["Check the caller's own timeout.", 'A change may have happened at MK.IO all the same: GET the resource.'],
};

/** undefined without an error. */
export function explainError(facts: ErrorFacts, told: ToldError = {}): Explanation | undefined {
  const { status = 0, answeredBy, code, ending } = facts;
  if (code !== undefined && answeredBy !== 'upstream') return explainOwn(code, told);
  if (status >= 400) return explainStatus(status);
  if (ending === 'truncated') return TRUNCATED;
  return ending === 'cancelled' ? CANCELLED : undefined;
}

function explainOwn(code: string, { detail, hint, rule, setting }: ToldError): Explanation {
  const row = isCode(code) ? ERRORS[code] : undefined;
  const what = detail ?? OWN[row?.party ?? 'proxy'];
  const check = [hint ?? row?.hint ?? "The cause is in the proxy's log under this request id."];
  if (rule !== undefined) check.push('`mkio-proxy policy explain` tells how the policy comes to this.');
  return { what, check, rule, setting };
}

const OWN = {
  caller: 'The proxy refused the request, and MK.IO never saw it.',
  operator: 'The proxy has no token that it could send.',
  upstream: 'The proxy got no answer from MK.IO.',
  proxy: 'The proxy failed.',
};

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** Reads an error body. MK.IO sometimes sends `error` as plain text. */
export function readToldError(text: string | undefined): ToldError {
  const error = readField(parseJson(text), 'error');
  if (typeof error === 'string') return { detail: error };
  const extra = readField(error, 'extraDetail');
  return Object.fromEntries(
    [
      ['detail', readField(error, 'detail')],
      ...(['hint', 'rule', 'setting'] as const).map((name) => [name, readField(extra, name)] as const),
    ].filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

const readField = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
