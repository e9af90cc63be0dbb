import type { FieldLines } from './fields.ts';
import { readFirst } from './fields.ts';

export type Coding = 'gzip' | 'deflate' | 'br';

/** What the header says of a body that may be kept. */
export interface BodyContent {
  /** Content-Type as received. */
  readonly type: string | undefined;
  /** Text in UTF-8 or a part of it, once it is decoded. */
  readonly isText: boolean;
  /** undefined: none. */
  readonly coding: Coding | undefined;
}

const TEXT =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|yaml)\b|application\/(?:javascript|x-www-form-urlencoded|x-ndjson|x-yaml|sql|graphql|vnd\.apple\.mpegurl|dash\+xml)\b|image\/svg\+xml)/i;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;
const OTHER_CHARSET = /;\s*charset\s*=\s*"?(?!utf-?8\b|us-ascii\b|iso-8859-1\b)/i;
const CODINGS: Readonly<Record<string, Coding>> = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate', br: 'br' };

export function readContent(fields: FieldLines): BodyContent {
  const type = readFirst(fields, 'content-type');
  const named = readFirst(fields, 'content-encoding')?.trim().toLowerCase() ?? '';
  const coding = CODINGS[named];
  const isReadable = coding !== undefined || named === '' || named === 'identity';
  return { type, coding, isText: isReadable && type !== undefined && TEXT.test(type) && !OTHER_CHARSET.test(type) };
}

export const isJson = ({ isText, type }: BodyContent): boolean => isText && JSON_TYPE.test(type ?? '');

/** Whether a request of this header has a body (RFC 9112 §6.3). */
export const hasBody = (fields: FieldLines): boolean =>
  readFirst(fields, 'transfer-encoding') !== undefined || Number(readFirst(fields, 'content-length') ?? 0) > 0;
