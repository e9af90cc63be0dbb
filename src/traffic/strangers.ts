import type { ErrorCode } from '../errors.ts';
import type { FieldLines } from '../http/fields.ts';
import type { ExchangeFacts } from './facts.ts';
import { MASK } from '../secrets/mask.ts';
import { withoutOpenEnd } from './stored-body.ts';

/** Refusals of callers who may not use the proxy at all. Their requests must cost little. */
const CODES: ReadonlySet<string | undefined> = new Set<ErrorCode>([
  'HOST_REFUSED',
  'ORIGIN_REFUSED',
  'CALLER_UNAUTHENTICATED',
]);
/** Characters kept of a target or a value. */
const MAX_KEPT = 512;
const MAX_FIELDS = 64;

export const isStranger = (errorCode: string | undefined): boolean => CODES.has(errorCode);

/** Strangers push out only each other. */
export const STRANGERS = { maxCount: 100, maxBytes: 1_048_576 };
export const isOfStranger = ({ facts }: { readonly facts: Pick<ExchangeFacts, 'code'> }): boolean =>
  isStranger(facts.code);

/** The path of a long target. Half a secret matches no mask, and a question mark is in no encoding of one. */
export function cutTarget(target: string): string {
  if (target.length <= MAX_KEPT) return target;
  return target.slice(0, target.slice(0, MAX_KEPT).lastIndexOf('?') + 1) + MASK;
}

const cutValue = (text: string): string =>
  text.length <= MAX_KEPT ? text : withoutOpenEnd(text.slice(0, MAX_KEPT)) + MASK;

/** The first field lines, each with the beginning of its value. */
export const cutFields = (fields: FieldLines): FieldLines => fields.slice(0, 2 * MAX_FIELDS).map(cutValue);
