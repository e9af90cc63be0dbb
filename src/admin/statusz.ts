import type { CaptureMode, PolicyConfig } from '../config/config.ts';
import type { TokenStatus } from '../token/store.ts';
import type { ProjectBudget } from './budget.ts';
import type { Observations } from './observations.ts';
import type { UpstreamHealth } from './upstream-health.ts';
import type { Readiness } from './readiness.ts';
import type { Schema } from './schemas.ts';
import { array, json, object, oneOf, text } from './schemas.ts';
import type { TokenView } from './token-view.ts';
import { viewToken } from './token-view.ts';

const COUNT: Schema = { type: 'integer', minimum: 0 };
const OPEN: Schema = { type: 'object', additionalProperties: true };

export const STATUSZ = {
  summary: 'Version, readiness, token, MK.IO as last seen, policy, listeners, budget and settings',
  response: {
    200: json(
      'As of now.',
      object<keyof Statusz>({
        version: text('Of mkio-proxy.'),
        startedAt: text('ISO 8601.'),
        uptimeMs: COUNT,
        status: oneOf(['ok', 'degraded', 'not ready']),
        reasons: array(text('Why it is not ok.')),
        capture: oneOf(['off', 'headers', 'bodies']),
        token: OPEN,
        upstream: OPEN,
        policy: object({ name: text('Levels, or `file`.'), allow: COUNT, projects: array(text('Of MK.IO.')) }),
        listeners: object({ proxy: text('Where callers reach it.'), admin: text('This listener.') }),
        inFlight: { ...COUNT, description: 'Exchanges that have begun and not ended.' },
        budget: array(
          object<keyof ProjectBudget>({
            project: { type: ['string', 'null'], description: 'null: calls that name none.' },
            reads: COUNT,
            writes: COUNT,
            maxReads: COUNT,
            maxWrites: COUNT,
          }),
        ),
        settings: { ...OPEN, description: 'By their names in the environment, secrets masked.' },
      }),
    ),
  },
};

/** What does not change while the process runs. */
export interface About {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** By the name in the environment: the value, secrets masked, and where it came from. */
  readonly settings: Readonly<Record<string, { readonly value: unknown; readonly origin: string }>>;
}

export interface Statusz extends About, Readiness {
  readonly uptimeMs: number;
  readonly capture: CaptureMode;
  readonly token: TokenView;
  readonly upstream: UpstreamHealth & { readonly origin: string };
  readonly policy: { readonly name: string; readonly allow: number; readonly projects: readonly string[] };
  readonly listeners: { readonly proxy: string; readonly admin: string };
  readonly inFlight: number;
  readonly budget: readonly ProjectBudget[];
}

export interface StatuszFacts {
  readonly about: About;
  readonly readiness: Readiness;
  readonly capture: CaptureMode;
  readonly token: TokenStatus;
  readonly upstreamOrigin: string;
  readonly policy: PolicyConfig;
  readonly listeners: Statusz['listeners'];
  readonly observations: Pick<Observations, 'inFlight' | 'budget' | 'upstream'>;
  readonly uptimeMs: number;
}

export const renderStatusz = ({ about, readiness, token, policy, observations, ...facts }: StatuszFacts): Statusz => ({
  ...about,
  ...readiness,
  uptimeMs: facts.uptimeMs,
  capture: facts.capture,
  token: viewToken(token),
  upstream: { origin: facts.upstreamOrigin, ...observations.upstream.read() },
  policy: { name: readPolicyName(policy), allow: policy.allow.length, projects: policy.projects },
  listeners: facts.listeners,
  inFlight: observations.inFlight(),
  budget: observations.budget.read(),
});

const readPolicyName = ({ base }: PolicyConfig): string => ('levels' in base ? base.levels.join(' ') : 'file');
