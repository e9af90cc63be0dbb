import { ProxyError } from '../errors.ts';
import { createMatcher, FilterError, parseFilter } from '../traffic/filter.ts';
import type { Accepts } from '../traffic/filter-keys.ts';
import type { KeptExchanges } from './kept.ts';
import { readCursor } from './kept.ts';

/** As Fastify parses it. */
export type Query = Readonly<Record<string, unknown>>;

const MAX_LIMIT = 1_000;

/**
 * Refuses unknown and repeated parameters.
 *
 * @throws ProxyError QUERY_INVALID (400), like the other functions of this file
 */
export function requireKnown(query: Query, known: readonly string[]): void {
  for (const [name, value] of Object.entries(query)) {
    if (!known.includes(name)) throw invalid(`there is no such parameter here: it takes ${known.join(', ')}`);
    if (typeof value !== 'string') throw invalid(`${name} stands more than once`);
  }
}

export function parseAfter(kept: KeptExchanges, after: unknown): number | undefined {
  if (typeof after !== 'string') return undefined;
  const sequence = readCursor(kept, after);
  if (sequence === undefined) throw invalid('after is no cursor: give `next` or `cursor` of an answer');
  return sequence;
}

export function parseLimit(limit: unknown, otherwise: number): number {
  if (typeof limit !== 'string') return otherwise;
  const count = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > MAX_LIMIT) throw invalid(`limit is no number from 1 to ${MAX_LIMIT}`);
  return count;
}

export function parseChoice<T extends string>(name: string, text: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw invalid(`${name} is none of ${choices.join(', ')}`);
  return found;
}

export function parseMatcher(filter: unknown): Accepts | undefined {
  if (typeof filter !== 'string' || filter === '') return undefined;
  try {
    return createMatcher(parseFilter(filter));
  } catch (error) {
    if (error instanceof FilterError) throw invalid(`filter: ${error.message}`);
    throw error;
  }
}

const invalid = (problem: string): ProxyError => new ProxyError('QUERY_INVALID', `The query is wrong: ${problem}.`);
