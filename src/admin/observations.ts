import type { Budget } from './budget.ts';
import { createBudget } from './budget.ts';
import type { Observer } from '../traffic/recorder.ts';
import type { Tally } from './tally.ts';
import { createTally } from './tally.ts';
import type { UpstreamWatch } from './upstream-health.ts';
import { createUpstreamWatch } from './upstream-health.ts';

/** Totals over all exchanges. */
export interface Observations extends Observer {
  /** Running exchanges. */
  readonly inFlight: () => number;
  readonly tally: Tally;
  readonly budget: Budget;
  readonly upstream: UpstreamWatch;
}

/** @param now milliseconds since 1970 */
export function createObservations(now: () => number): Observations {
  const tally = createTally();
  const budget = createBudget(now);
  const upstream = createUpstreamWatch(now);
  let inFlight = 0;
  return {
    opened: () => {
      inFlight++;
    },
    ended: (exchange) => {
      inFlight--;
      tally.count(exchange);
      budget.count(exchange);
      upstream.note(exchange);
    },
    inFlight: () => inFlight,
    tally,
    budget,
    upstream,
  };
}
