import type { FastifyPluginCallback } from 'fastify';
import type { CaptureMode, PolicyConfig } from '../config/config.ts';
import type { TokenState, TokenStatus, TokenStore } from '../token/store.ts';
import type { Budget, ProjectBudget } from './budget.ts';
import type { UpstreamHealth, UpstreamWatch } from './upstream-health.ts';
import type { Readiness } from './readiness.ts';
import type { Schema } from './schemas.ts';
import { array, json, object, oneOf, text } from './schemas.ts';

const COUNT: Schema = { type: 'integer', minimum: 0 };
const OPEN: Schema = { type: 'object', additionalProperties: true };

const STATUSZ = {
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

/** The program and its settings. */
export interface About {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** By environment name: the value, secrets masked, and its origin. */
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

/** The token, as the operator sees it. */
export interface TokenView {
  readonly state: TokenState;
  readonly source: string;
  readonly hash: string | undefined;
  /** Milliseconds since 1970; undefined if unknown. */
  readonly expiresAtMs: number | undefined;
  /** Why the last read of the source failed. */
  readonly failure: string | undefined;
  readonly reloads: number;
  readonly unauthorized: number;
  readonly lastUnauthorizedAtMs: number | undefined;
  readonly type: 'JWT' | 'opaque' | undefined;
}

export interface StatuszOptions {
  readonly readAbout: () => About;
  readonly readReadiness: () => Readiness;
  readonly uptimeMs: () => number;
  readonly capture: CaptureMode;
  readonly token: Pick<TokenStore, 'status'>;
  readonly upstreamOrigin: string;
  readonly readPolicy: () => PolicyConfig;
  readonly readListeners: () => Statusz['listeners'];
  readonly observations: {
    readonly inFlight: () => number;
    readonly budget: Pick<Budget, 'read'>;
    readonly upstream: Pick<UpstreamWatch, 'read'>;
  };
}

export const statuszRoute: FastifyPluginCallback<StatuszOptions> = (app, options, done) => {
  app.get('/statusz', { schema: STATUSZ }, () => readStatusz(options));
  done();
};

const readStatusz = ({ observations, ...options }: StatuszOptions): Statusz => ({
  ...options.readAbout(),
  ...options.readReadiness(),
  uptimeMs: options.uptimeMs(),
  capture: options.capture,
  token: viewToken(options.token.status()),
  upstream: { origin: options.upstreamOrigin, ...observations.upstream.read() },
  policy: viewPolicy(options.readPolicy()),
  listeners: options.readListeners(),
  inFlight: observations.inFlight(),
  budget: observations.budget.read(),
});

const viewPolicy = ({ base, allow, projects }: PolicyConfig): Statusz['policy'] => ({
  name: 'levels' in base ? base.levels.join(' ') : 'file',
  allow: allow.length,
  projects,
});

/** Names each field, so that a new one of the store is not shown by accident. */
export function viewToken(status: TokenStatus): TokenView {
  const { state, source, hash, expiresAtMs, failure, reloads, unauthorized, lastUnauthorizedAtMs, type } = status;
  return { state, source, hash, expiresAtMs, failure, reloads, unauthorized, lastUnauthorizedAtMs, type };
}
