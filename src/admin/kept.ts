import type { CaptureMode } from '../config/config.ts';
import { ProxyError } from '../errors.ts';
import type { ExchangeRecord } from '../traffic/record.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { Kept, Ring } from '../traffic/ring.ts';

/** The exchanges in memory. */
export interface KeptExchanges {
  readonly capture: CaptureMode;
  readonly ring: Ring<ExchangeRecord, ExchangeFacts>;
  /** Most exchanges that the ring holds. */
  readonly maxExchanges: number;
  /** Random id of this process: cursors of an earlier one are not valid here. */
  readonly run: string;
}

/** `<run>.<sequence>`: opaque to clients. */
export const renderCursor = ({ run }: KeptExchanges, sequence: number): string => `${run}.${sequence}`;

/** The sequence of a cursor; 0, the beginning, if the cursor is of an earlier process; undefined if it is not a cursor. */
export function readCursor({ run }: KeptExchanges, text: string): number | undefined {
  const [, ofRun, digits] = /^([\w-]{1,32})\.(\d{1,15})$/.exec(text) ?? [];
  if (ofRun === undefined) return undefined;
  return ofRun === run ? Number(digits) : 0;
}

/** @throws ProxyError EXCHANGE_UNKNOWN (404) */
export function requireExchange({ ring }: KeptExchanges, id: string): Kept<ExchangeRecord> {
  const found = ring.find((facts) => facts.id === id);
  if (found === undefined) throw new ProxyError('EXCHANGE_UNKNOWN', 'No exchange with this id is kept.');
  return found;
}
