import { ProxyError } from '../errors.ts';
import { isDecodable, mayHoldText, readContent } from '../http/content.ts';
import type { FieldLines } from '../http/fields.ts';
import { readFirst } from '../http/fields.ts';
import { BODYLESS } from './answer-head.ts';

/** The codings that can be searched for an echoed token, with a weight (RFC 9110 §12.5.3). */
const SEARCHABLE = /^(?:gzip|deflate|br|identity)\s*(?:;\s*q\s*=\s*[\d.]+)?$/i;

/** The codings of an Accept-Encoding line that may be offered to the upstream. Without the field it may choose any. */
export function limitCodings(accepted: string): string {
  const codings = accepted.split(',').map((coding) => coding.trim());
  const searchable = codings.filter((coding) => SEARCHABLE.test(coding));
  if (searchable.length === codings.length) return accepted;
  return searchable.join(', ') || 'identity';
}

/** @throws ProxyError UPSTREAM_INVALID for a text in a coding that was not offered: it might hide the token */
export function requireSearchable(method: string, status: number, fields: FieldLines): void {
  if (readFirst(fields, 'content-encoding') === undefined || method === 'HEAD' || BODYLESS.has(status)) return;
  const content = readContent(fields);
  if (isDecodable(content) || !mayHoldText(content)) return;
  throw new ProxyError('UPSTREAM_INVALID', 'The upstream answered in a content coding that was not offered to it.', {
    hint: 'The proxy cannot search such an answer for the token, so it is withheld. The request may have taken effect.',
  });
}
