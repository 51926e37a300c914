/** Returns the median. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** The median, the least and the greatest value. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  greatest: Math.max(...values),
});

/** Computes a/b round by round, since anything that slows down the machine slows down both. */
export const ratios = (a: readonly number[], b: readonly number[]): number[] =>
  a.flatMap((value, round) => (b[round] === undefined ? [] : [value / b[round]]));

/** Computes max|a − b| / max|b|; infinite if they cannot be compared. */
export function difference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  const scale = Math.max(...b.map(Math.abs));
  const worst = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
  return Number.isNaN(worst) ? Infinity : worst / scale;
}

/** Computes the weighted sum of several timings round by round; `times` are the weights. */
export function weightedSums(
  timings: readonly (readonly number[])[],
  times: readonly number[],
): number[] {
  const rounds = Math.min(...timings.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) =>
    timings.reduce((sum, values, i) => sum + times[i]! * values[round]!, 0),
  );
}

/** Computes a − b round by round. */
export const differences = (a: readonly number[], b: readonly number[]): number[] =>
  a.flatMap((value, round) => (b[round] === undefined ? [] : [value - b[round]]));
