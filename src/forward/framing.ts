import { ProxyError } from '../errors.ts';
import type { FieldLines } from '../http/fields.ts';
import { readCombined } from '../http/fields.ts';

/** The end of an answer's body (RFC 9112 §6.3): announced, or the end of the connection. */
export type Framing = 'announced' | 'until-close';

/** @throws ProxyError UPSTREAM_INVALID (502) for a transfer coding that was not requested (RFC 9112 §7.4) */
export function resolveFraming(fields: FieldLines): Framing {
  const coding = readCombined(fields, 'transfer-encoding')?.trim().toLowerCase();
  if (coding === 'chunked') return 'announced';
  if (coding === undefined) return readCombined(fields, 'content-length') === undefined ? 'until-close' : 'announced';
  throw new ProxyError('UPSTREAM_INVALID', 'The upstream answered in a transfer coding that it was not asked for.', {
    proxyStatus: 'http_response_transfer_coding',
  });
}
