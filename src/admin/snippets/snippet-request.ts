import type { Field } from '../repeatable-request.ts';

/** A request as code that makes it. */
export interface SnippetRequest {
  readonly method: string;
  /** Printable ASCII; neither a backslash nor a fragment is in it. */
  readonly url: string;
  /** Values are bytes in latin1. */
  readonly fields: readonly Field[];
  /** undefined: there is none. */
  readonly body: string | undefined;
  /** Environment variable whose value goes along as `Authorization: Bearer`. */
  readonly bearer: string | undefined;
  /** The Unix socket that takes the place of the URL's host. */
  readonly socketPath: string | undefined;
}

export type RenderSnippet = (request: SnippetRequest) => string;

export const hasField = ({ fields }: SnippetRequest, name: string): boolean =>
  fields.some(([written]) => written.toLowerCase() === name);

/** One value a name (RFC 9110 §5.3), for languages whose headers are a map. */
export function combineFields({ fields }: SnippetRequest): ReadonlyMap<string, string> {
  const combined = new Map<string, string>();
  for (const [written, value] of fields) {
    const name = written.toLowerCase();
    const before = combined.get(name);
    combined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return combined;
}
