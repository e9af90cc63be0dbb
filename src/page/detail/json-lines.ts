/** A number as written, if JavaScript would change it. */
export class WrittenNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface JsonLine {
  /** JSON pointer (RFC 6901). */
  readonly path: string;
  readonly depth: number;
  /** undefined for the root. */
  readonly name: string | undefined;
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
  /** The value, or the number of its members. */
  readonly text: string;
  /** undefined if it cannot be folded. */
  readonly isOpen: boolean | undefined;
}

/** Nodes that the user opened or closed; by default the first levels are open. */
export type Folds = ReadonlyMap<string, boolean>;

/** Deeper than real documents, and within the stack limit. */
const MAX_DEPTH = 200;
const OPEN_DEPTH = 3;
const OPEN_ENTRIES = 100;

/** undefined if the text is not a JSON object or array, or nested too deeply. */
export function parseJsonTree(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text, keepWritten as Parameters<typeof JSON.parse>[1]);
    return typeof value === 'object' && value !== null && !isDeeperThan(value, MAX_DEPTH) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((entry) => isDeeperThan(entry, depth - 1));
}

/** https://tc39.es/proposal-json-parse-with-source/. Without it numbers are those of JavaScript. */
function keepWritten(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined || String(value) === context.source) return value;
  return new WrittenNumber(context.source);
}

/** The visible lines of a tree. */
export function listJsonLines(root: object, folds: Folds, opened: ReadonlySet<string> = new Set()): JsonLine[] {
  const lines: JsonLine[] = [];
  const walk = (value: unknown, name: string | undefined, path: string, depth: number): void => {
    const entries = entriesOf(value);
    const isOpen =
      entries && (opened.has(path) || (folds.get(path) ?? (depth < OPEN_DEPTH && entries.length <= OPEN_ENTRIES)));
    lines.push({ path, depth, name, isOpen, ...readValue(value, entries?.length) });
    if (entries === undefined || isOpen !== true) return;
    for (const [key, entry] of entries) walk(entry, key, joinPath(path, key), depth + 1);
  };
  walk(root, undefined, '', 0);
  return lines;
}

/** Paths of nodes whose name or value contains the text, in order. */
export function findInJson(root: object, text: string): readonly string[] {
  const part = text.toLowerCase();
  const found: string[] = [];
  const walk = (value: unknown, name: string | undefined, path: string): void => {
    const entries = entriesOf(value);
    const own = entries === undefined ? readValue(value, undefined).text : '';
    if (name?.toLowerCase().includes(part) === true || own.toLowerCase().includes(part)) found.push(path);
    for (const [key, entry] of entries ?? []) walk(entry, key, joinPath(path, key));
  };
  if (part !== '') walk(root, undefined, '');
  return found;
}

/** The ancestors that must be open to show these paths. */
export function pathsAbove(paths: readonly string[]): ReadonlySet<string> {
  const above = new Set<string>();
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
      above.add(path.slice(0, end));
      if (end === 0) break;
    }
  }
  return above;
}

/** Every foldable path. */
export function listFoldable(root: object): readonly string[] {
  const found: string[] = [];
  const walk = (value: unknown, path: string): void => {
    const entries = entriesOf(value);
    if (entries === undefined) return;
    found.push(path);
    for (const [key, entry] of entries) walk(entry, joinPath(path, key));
  };
  walk(root, '');
  return found;
}

/** undefined for empty containers and other values. */
function entriesOf(value: unknown): readonly [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof WrittenNumber) return undefined;
  const entries = Object.entries(value);
  return entries.length === 0 ? undefined : entries;
}

function readValue(value: unknown, count: number | undefined): Pick<JsonLine, 'kind' | 'text'> {
  if (Array.isArray(value)) return { kind: 'array', text: count === undefined ? '[]' : `[${count}]` };
  if (value instanceof WrittenNumber) return { kind: 'number', text: value.text };
  if (value === null) return { kind: 'null', text: 'null' };
  if (typeof value === 'object') return { kind: 'object', text: count === undefined ? '{}' : `{${count}}` };
  if (typeof value === 'string') return { kind: 'string', text: JSON.stringify(value) };
  return { kind: typeof value === 'number' ? 'number' : 'boolean', text: JSON.stringify(value) };
}

const joinPath = (path: string, key: string): string => `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
