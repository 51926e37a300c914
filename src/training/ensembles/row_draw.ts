import type { RandomStream } from '../../internal/random.js';

/** Draws rows with given probabilities, independently of each other. */
export class RowDraw {
  /** Σ_{j ≤ i} wⱼ. */
  private readonly sums: Float64Array;

  /** @param weights Numbers of 0 or more, some above 0. */
  constructor(weights: ArrayLike<number>) {
    let sum = 0;
    this.sums = Float64Array.from(weights, (weight) => (sum += weight));
  }

  /** Draws `count` rows; one draw of the stream. */
  rows(count: number, stream: RandomStream): Int32Array {
    const total = this.sums.at(-1)!;
    return Int32Array.from(stream.uniformValues(count), (u) => this.rowAt(u * total));
  }

  /** Finds the first row whose part of [0, Σ w) ends above u, which is none of weight 0. */
  private rowAt(u: number): number {
    let [low, high] = [0, this.sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sums[middle]! > u) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
