import type { ExchangeDetail, ExchangeSummary } from '../../admin/exchange-view.ts';

/** One exchange in the list. */
export type Exchange = ExchangeSummary;

/** One exchange with its bodies. */
export interface WholeExchange {
  readonly facts: ExchangeDetail;
  /** Texts of the bodies; undefined if not kept. */
  readonly requestText: string | undefined;
  readonly responseText: string | undefined;
}
