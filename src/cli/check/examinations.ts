import { organization, profile, tokenType } from './account.ts';
import { advice } from './advice.ts';
import type { Examination } from './examination.ts';
import { clock, dns, ready, roundTrip, tls } from './network.ts';
import { project, rights } from './project.ts';
import { revocation, signature } from './published.ts';
import { tokenClaims, tokenExpiry, tokenSource } from './token.ts';

/** In order from local facts to MK.IO's answers. The first failure decides the exit code. */
export const EXAMINATIONS: readonly Examination[] = [
  tokenSource,
  tokenClaims,
  tokenExpiry,
  dns,
  tls,
  ready,
  roundTrip,
  clock,
  revocation,
  signature,
  profile,
  tokenType,
  organization,
  project,
  rights,
  advice,
];
