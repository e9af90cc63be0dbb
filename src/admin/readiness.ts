import { array, json, object, oneOf, text } from './schemas.ts';
import type { TokenState, TokenStatus } from '../token/store.ts';

export interface Readiness {
  /** `degraded` serves, and needs somebody to look at it. */
  readonly status: 'ok' | 'degraded' | 'not ready';
  readonly reasons: readonly string[];
}

const READY = json(
  'What hinders it, or needs somebody to look at it.',
  object<keyof Readiness>({ status: oneOf(['ok', 'degraded', 'not ready']), reasons: array(text('As a sentence.')) }),
);
export const READINESS = { summary: 'Whether the proxy serves', response: { 200: READY, 503: READY } };

export interface Circumstances {
  readonly isDraining: boolean;
  readonly token: Pick<TokenStatus, 'state'>;
}

const DEGRADED: Readonly<Partial<Record<TokenState, string>>> = {
  expiring: 'the MK.IO token expires within 24 hours',
  failing: 'the MK.IO token could not be read again; the last good one is in use',
  revoked: 'MK.IO has revoked the token',
};

export function decideReadiness({ isDraining, token: { state } }: Circumstances): Readiness {
  const hindering = [
    ...(isDraining ? ['the proxy is draining'] : []),
    ...(state === 'missing' ? ['there is no MK.IO token yet'] : []),
    ...(state === 'expired' ? ['the MK.IO token has expired'] : []),
  ];
  if (hindering.length > 0) return { status: 'not ready', reasons: hindering };
  const degrading = DEGRADED[state];
  return degrading === undefined ? { status: 'ok', reasons: [] } : { status: 'degraded', reasons: [degrading] };
}
