import type { FilterKey } from '../../traffic/filter-keys.ts';
import { FILTER_KEYS } from '../../traffic/filter-keys.ts';
import { renderFilter } from '../../traffic/filter.ts';
import type { ExchangeFacts } from '../../traffic/facts.ts';

export interface Completion {
  /** What is shown, and what it takes or where it comes from. */
  readonly label: string;
  readonly note: string;
  /** The whole filter with it in its place, and where the caret goes. */
  readonly text: string;
  readonly caret: number;
}

const KEYS = Object.keys(FILTER_KEYS) as readonly FilterKey[];
const MAX_VALUES = 8;
const CLASSES = ['2xx', '4xx', '5xx'];
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** What a field's values are known from: those that are always there, and those of the traffic. */
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

/** The word the caret stands in: a minus, a key with its colon, and the last of its values so far. */
const WORD = /(?:^|\s)(-?)(?:(\w+):((?:[^\s",]+,)*))?([^\s",:]*)$/;

/** What could stand at the caret. */
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

/** The most frequent first, then those that are always there. */
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

/** In quotes where it needs them. */
const writeValue = (key: FilterKey, value: string): string =>
  renderFilter([{ negated: false, key, values: [value] }]).slice(key.length + 1);
