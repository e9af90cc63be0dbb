import type { CaptureMode } from '../config/config.ts';
import { ProxyError } from '../errors.ts';
import type { ExchangeRecord } from '../traffic/record.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { Kept, Ring } from '../traffic/ring.ts';

/** The exchanges that this process keeps, and how places among them are told to others. */
export interface Traffic {
  readonly capture: CaptureMode;
  readonly ring: Ring<ExchangeRecord, ExchangeFacts>;
  /** Most exchanges that the ring keeps. */
  readonly maxExchanges: number;
  /** Tells this process from one before it, whose cursors mean nothing here. */
  readonly run: string;
  /** Where callers reach the proxy, e.g. `http://127.0.0.1:6546`. */
  readonly readOrigin: () => string;
  /** Of this program. */
  readonly version: string;
}

/** A place in the order of exchanges, opaque to whoever gets it: `<run>.<sequence>`. */
export const renderCursor = ({ run }: Traffic, sequence: number): string => `${run}.${sequence}`;

/** The sequence of a cursor; 0, the beginning, for one of an earlier process; undefined for what is none. */
export function readCursor({ run }: Traffic, text: string): number | undefined {
  const [, ofRun, digits] = /^([\w-]{1,32})\.(\d{1,15})$/.exec(text) ?? [];
  if (ofRun === undefined) return undefined;
  return ofRun === run ? Number(digits) : 0;
}

/** @throws ProxyError EXCHANGE_UNKNOWN (404) */
export function requireExchange({ ring }: Traffic, id: string): Kept<ExchangeRecord> {
  const found = ring.find((facts) => facts.id === id);
  if (found === undefined) throw new ProxyError('EXCHANGE_UNKNOWN', 'No exchange with this id is kept.');
  return found;
}
