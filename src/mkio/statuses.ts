/** An error status of MK.IO, explained to a person. */
export interface StatusMeaning {
  readonly what: string;
  /** Next steps. */
  readonly check: readonly string[];
}

const RIGHTS = 'GET /api/v1/user/rbac tells what the token may do; a restricted token may do less than its user.';
const STATUSES: Readonly<Record<number, StatusMeaning>> = {
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
const GATEWAY: StatusMeaning = {
  what: 'A front end of MK.IO answered for a service behind it that did not.',
  check: ['Send it again, if it may be sent twice.', "Look at MK.IO's status page."],
};
const OTHER_REFUSAL: StatusMeaning = {
  what: 'MK.IO refused the request with a status that its guides do not list.',
  check: ['Read the body of the answer.', 'Compare method, path and body with the API reference.'],
};

/** @param status 400 or above */
export function explainStatus(status: number): StatusMeaning | undefined {
  if (status === 502 || status === 504) return GATEWAY;
  return STATUSES[status] ?? (status >= 500 ? STATUSES[500] : OTHER_REFUSAL);
}

/** Remedies for the operator, in one line each. */
export const REMEDIES: Readonly<Record<number, string>> = {
  401: 'The token is wrong, expired or revoked: create a new one at MK.IO.',
  403: 'The token lacks the right: use one with more permissions, or ask an administrator.',
  404: 'Check MKIO_PROJECT and MKIO_BASE_URL: MK.IO does not know this name.',
};
export const TROUBLE = 'MK.IO has a problem: try again later.';
