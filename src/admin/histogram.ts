/** Counts each observation in the first bucket that holds it (Prometheus histogram). */
export interface Histogram {
  readonly bounds: readonly number[];
  /** One for each bound, and one above the last. */
  readonly counts: number[];
  sum: number;
}

export const createHistogram = (bounds: readonly number[]): Histogram => ({
  bounds,
  counts: new Array<number>(bounds.length + 1).fill(0),
  sum: 0,
});

export function observe(histogram: Histogram, value: number): void {
  const { bounds, counts } = histogram;
  let at = 0;
  while (at < bounds.length && value > (bounds[at] ?? 0)) at++;
  counts[at] = (counts[at] ?? 0) + 1;
  histogram.sum += value;
}
