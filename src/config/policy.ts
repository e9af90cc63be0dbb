import { FORWARDED_METHODS } from '../http/methods.ts';
import { FAMILIES } from '../mkio/operations.ts';

export const LEVELS = ['default', 'read-only', 'open', ...FAMILIES] as const;

export type Level = (typeof LEVELS)[number];

/** Value of MKIO_PROXY_POLICY: a file, or levels that must all allow a request (families are alternatives). */
export type PolicyChoice = { readonly levels: readonly Level[] } | { readonly file: string };

/** A method, or `*` for any, and a path. In the path, `*` matches one segment and `**` any number of segments. */
export interface Rule {
  readonly method: string;
  /** Absolute, e.g. `/api/v1/user/tokens`, or `**`. */
  readonly path: string;
  /** The rule as the operator wrote it, for display. */
  readonly text: string;
}

export interface OrderedRule extends Rule {
  readonly verdict: 'allow' | 'deny';
}

const BASE = '/api/v1';
const ABSOLUTE = /^\/(?:api|auth|\.well-known)(?:\/|$)/;
const RULE = /^(?:([A-Z]+|\*) +)?(\*\*|\/[\w/\-.~!$&'()*+;=:@%]*)$/;
// Canonical targets contain none of these characters, and MK.IO names contain neither `*` nor `%`.
const VOID_ESCAPE = /%(?![0-9a-f]{2})|%(?:2[5af]|5c|0[0ad])/i;

export function parsePolicy(text: string): PolicyChoice {
  if (/[/\\]|\.json$/.test(text)) return { file: text };
  const levels = text.split(',').map((item) => parseLevel(item.trim()));
  if (levels.length > 1 && (levels.includes('open') || levels.includes('default'))) {
    throw new TypeError('combines a level with open or default, which stand alone');
  }
  return { levels: [...new Set(levels)] };
}

function parseLevel(text: string): Level {
  const level = LEVELS.find((known) => known === text);
  if (level === undefined) throw new TypeError('names no level');
  return level;
}

/**
 * `POST /user/tokens` → POST on `/api/v1/user/tokens`. No method: any method. `**`: every path.
 * Percent-encode commas and other list separators.
 */
export function parseRule(text: string): Rule {
  const [, method = '*', path] = RULE.exec(text.trim()) ?? [];
  if (path === undefined) throw new TypeError('holds what is not a rule');
  if (method !== '*' && !FORWARDED_METHODS.some((forwarded) => forwarded === method)) {
    throw new TypeError('holds a rule for a method that is never forwarded');
  }
  return { method, path: path === '**' ? path : parseRulePath(path), text: text.trim() };
}

/** Throws if no request can match the rule, which would have no effect. */
function parseRulePath(text: string): string {
  const path = text.replace(/\/$/, '');
  const segments = path.split('/').slice(1);
  if (segments.includes('')) throw new TypeError('holds a rule with an empty segment');
  if (segments.some((segment) => /^\.{1,2}$/.test(segment))) throw new TypeError('holds a rule with a dot segment');
  if (segments.some((segment) => segment.includes('*') && !/^\*{1,2}$/.test(segment))) {
    throw new TypeError('holds * or ** beside other characters of a segment');
  }
  if (VOID_ESCAPE.test(path)) throw new TypeError('holds a rule with an escape that no path has');
  return renderAbsolute(path);
}

/** `/projects/p` → `/api/v1/projects/p`; other paths are already absolute. */
export const renderAbsolute = (path: string): string => (ABSOLUTE.test(path) ? path : BASE + path);

/**
 * Parses a policy file: `{"allow":["GET /projects/**"],"deny":["DELETE **"],"otherwise":"deny"}`. Members are tried in their
 * order. To repeat a member, use a list of such objects.
 *
 * @throws TypeError with the reason
 */
export function parsePolicyFile(json: unknown): PolicyRules {
  const parts = Array.isArray(json) ? (json as unknown[]) : [json];
  const rules: OrderedRule[] = [];
  let otherwise: PolicyRules['otherwise'] = 'deny';
  for (const part of parts) {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) throw new TypeError('holds no JSON object');
    for (const [member, value] of Object.entries(part)) {
      if (member === 'allow' || member === 'deny') rules.push(...parseRules(value, member));
      else if (member === 'otherwise') otherwise = parseOtherwise(value);
      else if (member !== '$schema') throw new TypeError('has a member that is neither allow, deny nor otherwise');
    }
  }
  return { rules, otherwise };
}

/** The first matching rule decides; `otherwise` is the default. */
export interface PolicyRules {
  readonly rules: readonly OrderedRule[];
  readonly otherwise: 'allow' | 'deny';
}

function parseRules(value: unknown, verdict: OrderedRule['verdict']): OrderedRule[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new TypeError(`has ${verdict} without a list of texts`);
  }
  return value.map((text, index) => {
    try {
      return { ...parseRule(text), verdict };
    } catch (error) {
      throw new TypeError(`${(error as Error).message} (${verdict}, rule ${index + 1})`, { cause: error });
    }
  });
}

function parseOtherwise(value: unknown): PolicyRules['otherwise'] {
  if (value === 'allow' || value === 'deny') return value;
  throw new TypeError('has an otherwise that is neither allow nor deny');
}
