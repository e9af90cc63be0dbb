import { ERRORS } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';

/** MK.IO's last known state, from callers' requests and from the check for revoked tokens. */
export interface UpstreamHealth {
  readonly state: 'unknown' | 'reachable' | 'failing';
  readonly lastAnswer?: { readonly atMs: number; readonly status: number };
  readonly lastFailure?: { readonly atMs: number; readonly code: string };
}

export interface UpstreamWatch {
  readonly note: (exchange: Pick<ExchangeFacts, 'answeredBy' | 'status' | 'code'>) => void;
  readonly read: () => UpstreamHealth;
}

/** @param now milliseconds since 1970 */
export function createUpstreamWatch(now: () => number): UpstreamWatch {
  let state: UpstreamHealth['state'] = 'unknown';
  let answeredAtMs = 0;
  let answeredStatus: number | undefined;
  let lastFailure: UpstreamHealth['lastFailure'];
  return {
    note: ({ answeredBy, status, code }) => {
      if (answeredBy === 'upstream' && status !== undefined) {
        state = 'reachable';
        answeredAtMs = now();
        answeredStatus = status;
      } else if (code !== undefined && ERRORS[code as ErrorCode].party === 'upstream') {
        state = 'failing';
        lastFailure = { atMs: now(), code };
      }
    },
    read: () => ({
      state,
      ...(answeredStatus !== undefined && { lastAnswer: { atMs: answeredAtMs, status: answeredStatus } }),
      ...(lastFailure !== undefined && { lastFailure }),
    }),
  };
}
