import type { Config } from '../../config/config.ts';
import { ProxyError } from '../../errors.ts';
import type { PublicAnswer } from '../../forward/dispatcher.ts';
import { readFailure } from '../../forward/failures.ts';
import type { Certificate } from './certificate.ts';
import type { OpenToken } from '../open-token.ts';
import type { Answer } from './answers.ts';
import type { Fact, Finding } from './findings.ts';
import { failed, skipped } from './findings.ts';
import type { Rights } from './rights.ts';

/** Effects for examinations. */
export interface Worlds {
  readonly config: Config;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Monotonic clock. */
  readonly clockMs: () => number;
  /** Runs a credential helper only once. Throws TOKEN_UNAVAILABLE. */
  readonly openToken: () => Promise<OpenToken>;
  /** Permission bits; undefined if unavailable. */
  readonly readMode: (path: string) => Promise<number | undefined>;
  readonly resolveName: (host: string) => Promise<readonly string[]>;
  readonly readCertificate: (origin: URL) => Promise<Certificate>;
  /** Requests a public document from MK.IO without the token. */
  readonly readPublic: (path: string) => Promise<PublicAnswer>;
  /** Sends a request with the token to MK.IO through a proxy. */
  readonly ask: (path: string) => Promise<Answer>;
}

/** Facts from earlier examinations. */
export interface Known {
  readonly token?: OpenToken;
  readonly fresh?: true;
  readonly address?: true;
  readonly channel?: true;
  readonly reached?: { readonly ms: number; readonly date: string | undefined; readonly atMs: number };
  readonly unrevoked?: true;
  readonly owner?: { readonly organizationId: string | undefined };
  readonly record?: { readonly type: string; readonly organizationId: string | undefined };
  /** The configured project. */
  readonly project?: { readonly id: string };
  readonly rights?: Rights;
}

type Need = keyof Known;

/** In the order of the examinations: the first missing fact is the reason for skipping. */
export const REACHED = ['address', 'channel', 'reached'] as const;
export const TAKEN = ['token', 'fresh', ...REACHED, 'unrevoked', 'owner'] as const;

const REASONS: Readonly<Record<Need, string>> = {
  token: 'no token',
  fresh: 'the token has expired',
  address: 'the name has no address',
  channel: 'no connection',
  reached: 'MK.IO was not reached',
  unrevoked: 'the token is revoked',
  owner: 'the first call with the token failed',
  record: "the token's type is not known",
  project: 'no project is known',
  rights: 'the rights are not known',
};

export interface Outcome {
  readonly fact: Fact;
  readonly learned?: Known;
}

export interface Examination {
  readonly what: string;
  readonly needs: readonly Need[];
  readonly examine: (worlds: Worlds, known: Known) => Promise<Outcome> | Outcome;
}

type Given<N extends Need> = Known & { readonly [K in N]-?: NonNullable<Known[K]> };

/** Creates an examination that is skipped if a required fact is missing. */
export const examination = <N extends Need>(
  what: string,
  needs: readonly N[],
  examine: (worlds: Worlds, known: Given<N>) => Promise<Outcome> | Outcome,
): Examination => ({ what, needs, examine: examine as Examination['examine'] });

/** Runs examinations in order. Each gets the facts of those before it. */
export async function examineAll(examinations: readonly Examination[], worlds: Worlds): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  let known: Known = {};
  for (const { what, needs, examine } of examinations) {
    const missing = needs.find((need) => known[need] === undefined);
    if (missing !== undefined) {
      findings.push({ what, ...skipped(REASONS[missing]) });
      continue;
    }
    const { fact, learned } = await settle(() => examine(worlds, known));
    known = { ...known, ...learned };
    findings.push({ what, ...fact });
  }
  return findings;
}

async function settle(examine: () => Promise<Outcome> | Outcome): Promise<Outcome> {
  try {
    return await examine();
  } catch (error) {
    const failure = error instanceof ProxyError || !(error instanceof Error) ? error : readFailure(error);
    // An internal error ends the program and shows its stack.
    if (!(failure instanceof ProxyError) || failure.code === 'INTERNAL') throw error;
    return { fact: failed(failure) };
  }
}
