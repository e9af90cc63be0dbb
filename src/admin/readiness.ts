import type { TokenState, TokenStatus } from '../token/store.ts';

export interface Readiness {
  /** `degraded` serves, but the operator should look at it. */
  readonly status: 'ok' | 'degraded' | 'not ready';
  readonly reasons: readonly string[];
}

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
