/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median of the ratios within each round: noise of a round affects both alike.
 *
 * @param {readonly { cpuUs: number }[]} rounds
 * @param {readonly { cpuUs: number }[]} peers the same rounds of the contender to compare with
 */
export const medianRatio = (rounds, peers) => median(rounds.map(({ cpuUs }, i) => cpuUs / peers[i].cpuUs));
