/** Observations counted by the smallest bound that holds them, as Prometheus wants it. */
export interface Histogram {
  readonly bounds: readonly number[];
  /** One for each bound, and one for what is beyond the last. */
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
