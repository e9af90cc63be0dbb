import type { ExchangeDetail, ExchangeSummary } from '../../admin/views.ts';

interface Replayed {
  /** The id of the exchange that this one repeats. */
  readonly replayOf?: string | undefined;
}

/** One exchange in the list. */
export type Exchange = ExchangeSummary & Replayed;

/** One exchange with all that is kept of it. */
export interface WholeExchange {
  readonly facts: ExchangeDetail & Replayed;
  /** The texts of the bodies, where they are kept. */
  readonly requestText: string | undefined;
  readonly responseText: string | undefined;
}
