/** The known name closest to a mistyped one; undefined if none is close. */
export function readNearest(name: string, known: Iterable<string>, maxDistance = 3): string | undefined {
  const ranked = Array.from(known, (candidate) => ({
    candidate,
    distance: distanceOf(fold(name), fold(candidate)),
  })).sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= maxDistance ? best.candidate : undefined;
}

const fold = (name: string): string => name.toLowerCase().replaceAll('-', '_');

/** Levenshtein's edit distance, one row at a time. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? a.length;
}
