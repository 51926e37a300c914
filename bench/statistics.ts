/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** Middle, least and greatest. */
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

/** a/b round by round: what slows the machine down slows both. */
export const ratios = (a: readonly number[], b: readonly number[]): number[] =>
  a.flatMap((value, round) => (b[round] === undefined ? [] : [value / b[round]]));

/** max|a − b| / max|b|; infinite where they cannot be compared. */
export function difference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  const scale = Math.max(...b.map(Math.abs));
  const worst = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
  return Number.isNaN(worst) ? Infinity : worst / scale;
}

/** The sum of several timings, each so many times, round by round. */
export function weightedSums(
  timings: readonly (readonly number[])[],
  times: readonly number[],
): number[] {
  const rounds = Math.min(...timings.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) =>
    timings.reduce((sum, values, i) => sum + times[i]! * values[round]!, 0),
  );
}

/** a − b round by round. */
export const differences = (a: readonly number[], b: readonly number[]): number[] =>
  a.flatMap((value, round) => (b[round] === undefined ? [] : [value - b[round]]));
