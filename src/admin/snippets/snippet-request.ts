import type { Field } from '../repeatable-request.ts';

/** A request that a snippet sends. */
export interface SnippetRequest {
  readonly method: string;
  /** Printable ASCII without backslash and fragment. */
  readonly url: string;
  /** Values are bytes in latin1. */
  readonly fields: readonly Field[];
  readonly body: string | undefined;
  /** Environment variable with the bearer token. */
  readonly bearer: string | undefined;
  /** Unix socket to use instead of the URL's host. */
  readonly socketPath: string | undefined;
}

export type RenderSnippet = (request: SnippetRequest) => string;

export const hasField = ({ fields }: SnippetRequest, name: string): boolean =>
  fields.some(([written]) => written.toLowerCase() === name);

/** One value per name (RFC 9110 §5.3), for languages whose headers are a map. */
export function combineFields({ fields }: SnippetRequest): ReadonlyMap<string, string> {
  const combined = new Map<string, string>();
  for (const [written, value] of fields) {
    const name = written.toLowerCase();
    const before = combined.get(name);
    combined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return combined;
}
