const MINUTE_MS = 60_000;
const OTHERS = '(others)';

/**
 * Caps distinct caller-supplied names; the rest become `(others)`. A name stays known for at least a minute after its last use,
 * so that new names cannot push it out.
 *
 * @param now monotonic milliseconds
 */
export function createBoundedNames(max: number, now: () => number): (name: string) => string {
  let recent = new Set<string>();
  let former = new Set<string>();
  let since = now();
  return (name) => {
    if (now() - since >= MINUTE_MS) {
      former = recent;
      recent = new Set();
      since = now();
    }
    if (!former.has(name) && !recent.has(name) && recent.size >= max) return OTHERS;
    recent.add(name);
    return name;
  };
}
