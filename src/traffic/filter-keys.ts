import type { ExchangeFacts } from './facts.ts';

/** Whether an exchange matches. */
export type Accepts = (exchange: ExchangeFacts) => boolean;

interface Key {
  /** Describes valid values. */
  readonly expects: string;
  /** undefined for an invalid value. */
  readonly compile: (value: string) => Accepts | undefined;
}

type Read<T> = (exchange: ExchangeFacts) => T | undefined;

const COMPARISON = /^(>=|<=|>|<)?(\d{1,15}(?:\.\d{1,3})?)$/;
const RANGE = /^(\d{1,15})\.\.(\d{1,15})$/;
const CLASS = /^([1-5])xx$/i;

const number = (read: Read<number>, expects: string): Key => ({ expects, compile: compileNumber(read) });

function compileNumber(read: Read<number>): Key['compile'] {
  return (value) => {
    const isWithin = readInterval(value);
    return (
      isWithin &&
      ((exchange) => {
        const found = read(exchange);
        return found !== undefined && isWithin(found);
      })
    );
  };
}

function readInterval(value: string): ((found: number) => boolean) | undefined {
  const [, least, most] = RANGE.exec(value) ?? [];
  if (least !== undefined && most !== undefined) {
    // An inverted range matches nothing.
    return Number(least) > Number(most) ? undefined : (found) => found >= Number(least) && found <= Number(most);
  }
  const [, comparison, digits] = COMPARISON.exec(value) ?? [];
  if (digits === undefined) return undefined;
  const limit = Number(digits);
  if (comparison === '>') return (found) => found > limit;
  if (comparison === '>=') return (found) => found >= limit;
  if (comparison === '<') return (found) => found < limit;
  if (comparison === '<=') return (found) => found <= limit;
  return (found) => found === limit;
}

const status: Key = {
  expects: '404, 4xx, >=400 or 400..499',
  compile: (value) => {
    const [, digit] = CLASS.exec(value) ?? [];
    const read: Read<number> = (exchange) => exchange.status;
    return compileNumber(read)(digit === undefined ? value : `${digit}00..${digit}99`);
  },
};

const equal = (read: Read<string>, expects: string): Key => ({
  expects,
  compile: (value) => (exchange) => read(exchange)?.toLowerCase() === value.toLowerCase(),
});

interface ChoiceKey extends Key {
  readonly choices: readonly string[];
}

const oneOf = (read: Read<string>, choices: readonly string[]): ChoiceKey => ({
  choices,
  expects: choices.join(', '),
  compile: (value) => {
    const choice = value.toLowerCase();
    return choices.includes(choice) ? (exchange) => read(exchange) === choice : undefined;
  },
});

const within = (reads: readonly Read<string>[], expects: string): Key => ({
  expects,
  compile: (value) => {
    const part = value.toLowerCase();
    return (exchange) => reads.some((read) => read(exchange)?.toLowerCase().includes(part) === true);
  },
});

/** The keys of the filter language; docs/inspector.md shows this table. */
export const FILTER_KEYS = {
  status,
  method: equal(({ method }) => method, 'a method, such as post'),
  project: equal(({ project }) => project, 'the name of a project'),
  op: within(
    [({ operation }) => operation, ({ operationName }) => operationName],
    'a part of an operation, such as assets',
  ),
  ms: number(({ ms }) => ms, '>500, <=20 or 100..200, in milliseconds'),
  size: number(({ bytes }) => bytes, '>1000, <=20 or 100..200, in bytes of the answer'),
  by: oneOf(({ answeredBy }) => answeredBy, ['upstream', 'refusal', 'failure', 'preflight']),
  ending: oneOf(({ ending }) => ending, ['complete', 'truncated', 'cancelled']),
  code: within([({ code }) => code, ({ upstreamCode }) => upstreamCode], 'a part of an error code, such as REFUSED'),
  caller: within([({ callerName }) => callerName, ({ caller }) => caller], "a part of a caller's name or address"),
  path: within([({ target }) => target], 'a part of the target'),
} as const satisfies Record<string, Key>;

export type FilterKey = keyof typeof FILTER_KEYS;

/** Free text is searched in all of these. */
export const compileText = (text: string): Accepts | undefined => ANYWHERE.compile(text);

const ANYWHERE = within(
  [
    ({ method }) => method,
    ({ target }) => target,
    ({ operation }) => operation,
    ({ operationName }) => operationName,
    ({ code }) => code,
    ({ upstreamCode }) => upstreamCode,
    ({ ref }) => ref,
    ({ id }) => id,
    ({ callerName }) => callerName,
    ({ status: found }) => found?.toString(),
  ],
  'text',
);
