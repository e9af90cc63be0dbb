const MINUTE_MS = 60_000;
const OTHERS = '(others)';

/**
 * Names that callers make up, so many at a time: what is named beyond them goes by one name. A name is known for a minute at
 * least after it was last used, so that nobody makes room by making up more.
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
