import { z } from 'zod';
import { ProxyError } from '../errors.ts';
import { FORWARDED_METHODS } from '../http/methods.ts';
import type { Edits } from './repeatable-request.ts';

const MAX_BODY = 1_048_576;
const MAX_TARGET = 8_192;
const MAX_FIELDS = 200;
const MAX_VALUE = 8_192;

/** A token and a field value (RFC 9110 §5.6.2, §5.5): neither can end its line. */
const fieldName = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/, 'is no header name');
const fieldValue = z
  .string()
  .max(MAX_VALUE, `is longer than ${MAX_VALUE} characters`)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'is no header value');

/** Overrides for a replay: the JSON body of `POST /exchanges/:id/replay`. */
export const EDITS = z.strictObject({
  method: z.enum(FORWARDED_METHODS, `is none of ${FORWARDED_METHODS.join(', ')}`).optional(),
  target: z
    .string()
    .max(MAX_TARGET, `is longer than ${MAX_TARGET} characters`)
    .regex(/^\/[\x21-\x7e]*$/, 'is no path with an optional query, in printable ASCII')
    .optional(),
  headers: z
    .array(z.tuple([fieldName, fieldValue], 'is no pair of a name and a value'))
    .max(MAX_FIELDS, `has more than ${MAX_FIELDS} headers`)
    .optional(),
  confirm: z.literal(true).optional(),
  body: z.string().max(MAX_BODY, `is longer than ${MAX_BODY} characters`).optional(),
});

/** JSON escapes make a body longer; four times its limit is ample. */
export const MAX_EDITS_BYTES = 4 * MAX_BODY;

/**
 * @param text undefined: no edits
 * @throws ProxyError REPLAY_INVALID (400)
 */
export function parseEdits(text: string | undefined): Edits {
  if (text === undefined || text === '') return {};
  const parsed = EDITS.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map(renderIssue).join('; '));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is no JSON');
  }
}

/** Never quotes values or unknown keys of the sender. */
function renderIssue({ code, path, message }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys') return `it takes ${Object.keys(EDITS.shape).join(', ')} alone`;
  const isTyped = code === 'invalid_type';
  return `${path.length === 0 ? 'it' : path.join('.')} ${isTyped ? 'is of the wrong type' : message}`;
}

const invalid = (problem: string): ProxyError =>
  new ProxyError('REPLAY_INVALID', `The edits of the replay are wrong: ${problem}.`);
