import type { Entity } from './entities.ts';
import type { Json } from './json.ts';
import type { TokenLedger } from './tokens.ts';

export interface WebhookRule {
  readonly id: string;
  readonly createdAt: number;
  readonly spec: Json;
}

/** All mutable state. A restart gives a fresh sandbox. */
export interface State {
  readonly clock: () => number;
  readonly tokens: TokenLedger;
  /** By path; see `Entity.path`. */
  readonly media: Map<string, Entity>;
  readonly webhookRules: Map<string, WebhookRule>;
  /** Start of links to the next page: empty, or an origin. */
  linkOrigin: string;
}

export function createState(clock: () => number, tokens: TokenLedger): State {
  return { clock, tokens, media: new Map(), webhookRules: new Map(), linkOrigin: '' };
}
