import type { ErrorCode } from '../../errors.ts';
import { ERRORS } from '../../errors.ts';
import type { ExchangeFacts } from '../../traffic/facts.ts';

/** What of an exchange an explanation is made of. */
export type ErrorFacts = Pick<ExchangeFacts, 'status' | 'answeredBy' | 'code' | 'ending' | 'project' | 'operationName'>;

/** What the body of an error tells, where it is kept: MK.IO and the proxy share its shape. */
export interface ToldError {
  readonly detail?: string;
  readonly hint?: string;
  readonly rule?: string;
  readonly setting?: string;
}

export interface Explanation {
  readonly what: string;
  readonly check: readonly string[];
  /** The rule of the proxy's policy that refused it, and the setting that would allow it. */
  readonly rule?: string | undefined;
  readonly setting?: string | undefined;
}

const RIGHTS = 'GET /api/v1/user/rbac tells what the token may do; a restricted token may do less than its user.';
const UPSTREAM: Readonly<Record<number, Explanation>> = {
  400: {
    what: 'MK.IO could not accept the request as it was sent.',
    check: [
      'Read the detail above: MK.IO names the field it stumbles over.',
      'Compare the body with the API reference: names are case-sensitive, and JSON needs Content-Type: application/json.',
      "Names hold none of ^ ' < > % & : \\ ? / * +",
      'Something that exists already is sometimes answered 400 in place of 409.',
    ],
  },
  401: {
    what: 'MK.IO did not accept the token: it is missing, wrong, expired or revoked.',
    check: [
      'Look at the token chip above: its state and the days that are left.',
      'Run `mkio-proxy check`: it tells which of these it is, without spending the token.',
      'Renew the token where the proxy reads it, then POST /token/reload or SIGHUP.',
    ],
  },
  403: {
    what: 'MK.IO knows the token, and it may not do this: a right is missing, or the project is not open to it.',
    check: [RIGHTS, 'Check the spelling of the project, and that the token belongs to its organization.'],
  },
  404: {
    what: 'MK.IO has nothing at this path for this token.',
    check: [
      'Check the spelling of project and resource: names are case-sensitive and percent-encoded once.',
      'A project of another organization looks the same as one that does not exist.',
      'What was made a moment ago may not be there yet: ask for its state.',
    ],
  },
  405: {
    what: 'MK.IO has this path, and not with this method.',
    check: [
      'PUT creates or replaces at a name, POST runs an action, PATCH changes a part.',
      'Live resources are started and stopped by a PATCH of spec.state.',
    ],
  },
  409: {
    what: 'The state of the resource does not allow this now, or the name is taken.',
    check: [
      'GET the resource: does it exist already, or is it starting, stopping or in use?',
      'Wait for the state it needs, then send the request again.',
    ],
  },
  429: {
    what: 'MK.IO limits requests: 2,000 reads and 1,000 writes a minute for each project, shared by everybody who uses it.',
    check: [
      'Look at the budget chip above; callers that do not use this proxy count as well.',
      'Wait up to a minute, then go on more slowly; Retry-After says more where it is there.',
      'Listen to webhooks in place of polling, or poll /state.',
    ],
  },
  500: {
    what: 'MK.IO failed.',
    check: ['Send it again, if it may be sent twice.', 'Where it stays: give the ref below to MK.IO support.'],
  },
  503: {
    what: 'MK.IO is not ready to answer.',
    check: ['Wait a little and send it again.', 'GET /api/ready of MK.IO tells whether it is back.'],
  },
};
const GATEWAY: Explanation = {
  what: 'A front end of MK.IO answered for a service behind it that did not.',
  check: ['Send it again, if it may be sent twice.', "Look at MK.IO's status page."],
};
const OTHER_REFUSAL: Explanation = {
  what: 'MK.IO refused the request with a status that its guides do not list.',
  check: ['Read the body of the answer.', 'Compare method, path and body with the API reference.'],
};
const TRUNCATED: Explanation = {
  what: "MK.IO's answer broke off: what came is not all of it, and the caller's connection was ended uncleanly.",
  check: ['Send it again, if it may be sent twice.', 'Where it stays: look for a gateway between the proxy and MK.IO.'],
};
const CANCELLED: Explanation = {
  what: 'The caller left before the answer was complete, so the call to MK.IO was cancelled.',
  check: ["Check the caller's own timeout.", 'A change may have happened at MK.IO all the same: GET the resource.'],
};

/** undefined where nothing went wrong. */
export function explainError(facts: ErrorFacts, told: ToldError = {}): Explanation | undefined {
  const { status = 0, answeredBy, code, ending } = facts;
  if (code !== undefined && answeredBy !== 'upstream') return explainOwn(code, told);
  if (status >= 400) return UPSTREAM[status] ?? explainClass(status);
  if (ending === 'truncated') return TRUNCATED;
  return ending === 'cancelled' ? CANCELLED : undefined;
}

function explainClass(status: number): Explanation | undefined {
  if (status === 502 || status === 504) return GATEWAY;
  return status >= 500 ? UPSTREAM[500] : OTHER_REFUSAL;
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

/** Reads what an error's body tells; MK.IO has sent `error` as plain text as well. */
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
