import type { Operation } from '../mkio/operations.ts';
import { OPERATIONS } from '../mkio/operations.ts';
import type { Asked, Pattern } from './patterns.ts';
import { compileTemplate, matches } from './patterns.ts';
import type { Path } from './readings.ts';
import { readReadings } from './readings.ts';

interface Entry {
  readonly operation: Operation;
  readonly pattern: Pattern;
}

/** By method and number of segments, so that each entry holds few operations. */
const ENTRIES = new Map<string, Entry[]>();
for (const operation of OPERATIONS) {
  const pattern = compileTemplate(operation.method, operation.template);
  const key = keyOf(pattern.method, pattern.exact.length);
  ENTRIES.set(key, [...(ENTRIES.get(key) ?? []), { operation, pattern }]);
}

const MAX_PARTS = Math.max(...OPERATIONS.map(({ template }) => template.split('/').length));

function keyOf(method: string, parts: number): string {
  return `${method === 'HEAD' ? 'GET' : method} ${parts}`;
}

/** The documented operation of a raw path, ignoring a trailing slash. HEAD counts as GET. */
export function findOperation(method: string, path: string): Operation | undefined {
  const segments = path.slice(1).split('/', MAX_PARTS + 1);
  if (segments.at(-1) === '') segments.pop();
  return find(method, segments, 'exact');
}

const find = (method: string, path: Path, form: 'exact' | 'folded'): Operation | undefined =>
  ENTRIES.get(keyOf(method, path.length))?.find(({ pattern }) => matches(pattern[form], path))?.operation;

/** The possible operations of a request; undefined stands for an undocumented one. */
export const readOperations = ({ method, exact }: Asked): readonly (Operation | undefined)[] =>
  exact.map((path) => find(method, path, 'exact'));

/** The same for a case-insensitive server. */
export const readFoldedOperations = ({ method, folded }: Asked): readonly (Operation | undefined)[] =>
  folded.map((path) => find(method, path, 'folded'));

const TEMPLATES = new Map(OPERATIONS.map(({ id, template }) => [id, template]));

/** The path of a documented operation, with `{name}` for each parameter. */
export const readTemplate = (operation: string): string | undefined => TEMPLATES.get(operation);

/** The operation and project that a path names. */
export interface Subject {
  /** The documented operation, e.g. `media.assets.list`, and its name for humans, e.g. `List assets`. */
  readonly operation: string | undefined;
  readonly operationName: string | undefined;
  /** Name of the MK.IO project in the path. */
  readonly project: string | undefined;
}

const PROJECT = /^\/api\/(?:v1\/projects|ams)\/([^/]+)/;

/** @param path raw path of the canonical target */
export function readSubject(method: string, path: string): Subject {
  const operation = findOperation(method, path);
  return { operation: operation?.id, operationName: operation?.name, project: PROJECT.exec(path)?.[1] };
}

/** The project as the most lenient upstream would read it, lower-case: one text for all of its encodings. */
export function readFoldedProject(path: string): string | undefined {
  const reading = readReadings(path)?.folded.at(-1) ?? [];
  return PROJECT.exec(`/${reading.join('/')}`)?.[1];
}
