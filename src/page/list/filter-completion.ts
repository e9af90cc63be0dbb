import type { FilterKey } from '../../traffic/filter-keys.ts';
import { FILTER_KEYS } from '../../traffic/filter-keys.ts';
import { renderFilter } from '../../traffic/filter.ts';
import type { ExchangeFacts } from '../../traffic/facts.ts';

export interface Completion {
  /** The option, and its meaning or source. */
  readonly label: string;
  readonly note: string;
  /** The whole filter with the option inserted, and the new caret. */
  readonly text: string;
  readonly caret: number;
}

const KEYS = Object.keys(FILTER_KEYS) as readonly FilterKey[];
const MAX_VALUES = 8;
const CLASSES = ['2xx', '4xx', '5xx'];
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Values of a key: fixed ones, and those seen in the traffic. */
const VALUES: Readonly<Record<FilterKey, { always?: readonly string[]; read?: (facts: ExchangeFacts) => unknown }>> = {
  status: { always: CLASSES, read: ({ status }) => status },
  method: { always: METHODS, read: ({ method }) => method.toLowerCase() },
  project: { read: ({ project }) => project },
  op: { read: ({ operation }) => operation },
  ms: { always: ['>100', '>500', '>1000'] },
  size: { always: ['>1000', '>100000'] },
  by: { always: FILTER_KEYS.by.choices },
  ending: { always: FILTER_KEYS.ending.choices },
  code: { read: ({ code, upstreamCode }) => code ?? upstreamCode },
  caller: { read: ({ callerName, caller }) => callerName ?? caller },
  path: {},
};

/** The word before the caret: a minus, a key with its colon, and its last value so far. */
const WORD = /(?:^|\s)(-?)(?:(\w+):((?:[^\s",]+,)*))?([^\s",:]*)$/;

const MAX_EARLIER = 8;

/** Completions at the caret; for an empty filter also earlier filters. */
export function listOptions(
  text: string,
  caret: number,
  traffic: readonly ExchangeFacts[],
  history: readonly string[],
): readonly Completion[] {
  const completions = completeFilter(text, caret, traffic);
  if (text !== '') return completions;
  const earlier = history.slice(0, MAX_EARLIER);
  return [
    ...earlier.map((entry) => ({ label: entry, note: 'earlier', text: entry, caret: entry.length })),
    ...completions,
  ];
}

/** Keys or values that fit at the caret. */
export function completeFilter(text: string, caret: number, traffic: readonly ExchangeFacts[]): readonly Completion[] {
  const before = text.slice(0, caret);
  const [, , key, , typed = ''] = WORD.exec(before) ?? [];
  if (key === undefined && !WORD.test(before)) return [];
  const replace = (written: string): Pick<Completion, 'text' | 'caret'> => {
    const head = before.slice(0, before.length - typed.length) + written;
    return { text: head + text.slice(caret), caret: head.length };
  };
  const part = typed.toLowerCase();
  if (key === undefined) {
    const keys = KEYS.filter((name) => name.startsWith(part));
    return keys.map((name) => ({ label: `${name}:`, note: FILTER_KEYS[name].expects, ...replace(`${name}:`) }));
  }
  const name = KEYS.find((known) => known === key.toLowerCase());
  if (name === undefined) return [];
  const counted = countValues(name, traffic);
  return [...counted]
    .filter(([value]) => value.toLowerCase().includes(part) && value !== typed)
    .slice(0, MAX_VALUES)
    .map(([value, count]) => ({ label: value, note: renderCount(count), ...replace(writeValue(name, value)) }));
}

/** The most frequent values first, then the fixed ones. */
function countValues(key: FilterKey, traffic: readonly ExchangeFacts[]): ReadonlyMap<string, number> {
  const { always = [], read } = VALUES[key];
  const counts = new Map<string, number>();
  for (const facts of traffic) {
    const value = read?.(facts);
    if (typeof value === 'string' || typeof value === 'number') {
      counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    }
  }
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return new Map([...sorted, ...always.filter((value) => !counts.has(value)).map((value) => [value, 0] as const)]);
}

const renderCount = (count: number): string => (count === 0 ? '' : `${count} here`);

/** Quoted if necessary. */
const writeValue = (key: FilterKey, value: string): string =>
  renderFilter([{ negated: false, key, values: [value] }]).slice(key.length + 1);
