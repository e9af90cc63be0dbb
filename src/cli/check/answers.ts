import type { ErrorCode } from '../../errors.ts';
import { ERRORS, ProxyError } from '../../errors.ts';
import { REMEDIES, TROUBLE } from '../../mkio/statuses.ts';
import type { Fact } from './findings.ts';
import { fail, failed, warn } from './findings.ts';

/** An answer received through the proxy. */
export interface Answer {
  readonly status: number;
  /** Error code if the proxy itself answered. */
  readonly ownCode: string | null;
  /** The parsed JSON; undefined for other bodies. */
  readonly body: unknown;
}

/** Exit codes by MK.IO's status codes. */
const EXITS: Readonly<Record<number, number>> = { 401: 3, 403: 3, 404: 2 };
const TROUBLE_EXIT = 5;

const MAX_DETAIL_LENGTH = 300;

export const isGood = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Explains an error answer. */
export function judgeRefusal({ status, ownCode, body }: Answer): Fact {
  const detail = (readText(body, 'error', 'detail') ?? '').slice(0, MAX_DETAIL_LENGTH);
  if (ownCode === null) {
    return fail(`${status} ${detail}`.trim(), REMEDIES[status] ?? TROUBLE, EXITS[status] ?? TROUBLE_EXIT);
  }
  const code: ErrorCode = ownCode in ERRORS ? (ownCode as ErrorCode) : 'INTERNAL';
  return failed(new ProxyError(code, detail));
}

/** Explains an error answer about an optional fact. */
export function judgeAside(answer: Answer): Fact {
  const fact = judgeRefusal(answer);
  const isRefused = answer.ownCode === null && answer.status < 500;
  return isRefused ? warn(`not told: ${fact.detail}`, 'The proxy works without; MK.IO keeps it from the token.') : fact;
}

/** Reads a nested member of untrusted JSON. */
export const readAt = (body: unknown, ...path: readonly string[]): unknown =>
  path.reduce((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), body);

export function readText(body: unknown, ...path: readonly string[]): string | undefined {
  const found = readAt(body, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Reads an MK.IO id. Only a UUID is safe in paths and command lines. */
export function readId(body: unknown, ...path: readonly string[]): string | undefined {
  const text = readText(body, ...path);
  return text !== undefined && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text : undefined;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
