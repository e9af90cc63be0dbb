import { findOperation } from './catalogue.ts';
import { readReadings } from './readings.ts';

/** What a request is about, as far as its path tells. */
export interface Subject {
  /** The documented operation, e.g. `media.assets.list`, and its name for humans, e.g. `List assets`. */
  readonly operation: string | undefined;
  readonly operationName: string | undefined;
  /** The MK.IO project that the path names. */
  readonly project: string | undefined;
}

const PROJECT = /^\/api\/(?:v1\/projects|ams)\/([^/]+)/;

/** @param path raw path of the canonical target */
export function readSubject(method: string, path: string): Subject {
  const operation = findOperation(method, path);
  return { operation: operation?.id, operationName: operation?.name, project: PROJECT.exec(path)?.[1] };
}

/** The project in the reading of the most lenient upstream, in one case of letters: one text for all of its spellings. */
export function readFoldedProject(path: string): string | undefined {
  const reading = readReadings(path)?.folded.at(-1) ?? [];
  return PROJECT.exec(`/${reading.join('/')}`)?.[1];
}
