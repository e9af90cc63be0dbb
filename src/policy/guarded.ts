import { readOperations } from './catalogue.ts';
import { SAFE_METHODS } from '../http/methods.ts';
import type { Asked, Pattern } from './patterns.ts';
import { compilePattern, matchesSome } from './patterns.ts';
import { renderOpening } from './suggestion.ts';
import type { Denial } from './verdict.ts';

/** Requests about accounts, rights and money: refused at every level except `open`. */
export interface Guard {
  /** Completes the sentence "The policy of this proxy refuses …". */
  readonly what: string;
  readonly pattern: Pattern;
  /** Whether reads are refused too. */
  readonly reads: boolean;
}

const TOKENS = 'creating and revoking tokens';
const PAYMENT = 'changing payment methods and accepting their terms';
const PROFILE = 'changing the profile';
const CREATION = 'creating projects';

const guard = (method: string, path: string, what: string, reads = false): Guard => ({
  what,
  pattern: compilePattern({ method, path }),
  reads,
});

/** The first match gives the reason. The widest are last and catch undocumented paths. */
export const GUARDS: readonly Guard[] = [
  guard('*', '/api/v1/user/tokens/**', TOKENS),
  guard('*', '/api/v1/organization/tokens/**', TOKENS),
  guard('*', '/auth/**', 'handing out a token', true),
  guard('*', '/api/v1/user/organizations/**', 'joining and leaving organizations'),
  guard('*', '/api/v1/user/profile/**', PROFILE),
  guard('*', '/api/profile/**', PROFILE),
  guard('*', '/api/v1/organization/users/**', 'changing the users of the organization'),
  guard('*', '/api/v1/organization/teams/**', 'changing teams'),
  guard('*', '/api/v1/organization/invites/**', 'inviting users'),
  guard('*', '/api/v1/organization/paymentMethods/**', PAYMENT),
  guard('*', '/api/v1/projects/*/paymentMethod/**', PAYMENT),
  guard('PUT', '/api/v1/projects/*', CREATION),
  guard('POST', '/api/v1/projects', CREATION),
  guard('*', '/api/v1/user/**', 'changing the account'),
  guard('*', '/api/v1/organization/**', 'creating and changing the organization'),
];

export function refuseGuarded(asked: Asked): Denial | undefined {
  const harmless = changesNothing(asked);
  const guard = GUARDS.find(({ pattern, reads }) => (reads || !harmless) && matchesSome(pattern, asked));
  return guard && { ...DENIAL, rule: `guarded: ${guard.what}`, reason: guard.what, setting: renderOpening(asked) };
}

const DENIAL = { allowed: false, code: 'OPERATION_REFUSED' } as const;

/** By its method, or because every reading is a documented read. */
const changesNothing = (asked: Asked): boolean =>
  SAFE_METHODS.has(asked.method) || readOperations(asked).every((operation) => operation?.reads === true);
